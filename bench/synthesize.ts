import { synthesizeTo } from "../test/support/synthesize.ts";

/** Synthesizes a stage in a process of its own, so that the CDK's memory is in no figure. */
const [folder = "", jobsFolder = "", jobTypes = "{}"] = process.argv.slice(2);
synthesizeTo(folder, { name: "bench", settings: { auth: "public", jobTypes: JSON.parse(jobTypes) }, jobsFolder });
