import { startLocal } from "../../lib/local/server.ts";

/** A whole run in a process of its own, which a test can kill: `run-process.ts <assembly folder> <data folder>`. */

const [assemblyFolder = "", dataFolder = ""] = process.argv.slice(2);
const run = await startLocal({ assemblyFolder, dataFolder, port: 0, awsPort: 0 });
process.stdout.write(`${JSON.stringify({ awsUrl: run.awsUrl, variables: run.variablesOf("Worker") })}\n`);
