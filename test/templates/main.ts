import { shippedStages, templatesOf } from "../support/synthesize.ts";
import { SNAPSHOTS, snapshotsOf } from "./snapshot.ts";
import { templatesCommand } from "./templates-command.ts";

process.exitCode = templatesCommand(process.argv.slice(2), {
  folder: SNAPSHOTS,
  templates: () => new Map(Object.keys(shippedStages).flatMap((stage) => [...snapshotsOf(stage, templatesOf(stage))])),
  say: (text) => console.log(text),
  complain: (text) => console.error(text),
});
