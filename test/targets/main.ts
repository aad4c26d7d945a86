import { runSuite } from "./run-suite.ts";

process.exitCode = await runSuite(process.argv.slice(2), process.env);
