import { App } from "aws-cdk-lib";
import { alarmBill } from "../lib/constructs/alarm-bill.ts";
import { isSluiceError, SluiceError } from "../lib/core/errors.ts";
import { type ParsedStage, parseStage, type StageSettings } from "../lib/core/settings.ts";
import { addStage } from "../lib/stacks/add-stage.ts";
import { stages } from "./stages.ts";

const chosenStage = (name: string): ParsedStage => {
  const settings = new Map<string, StageSettings>(Object.entries(stages)).get(name);
  if (settings !== undefined) return parseStage(name, settings);
  throw new SluiceError(
    "StageUnknown",
    `stage must be one of ${Object.keys(stages).join(", ")}, got ${JSON.stringify(name)}`,
    { hint: "choose one with `-c stage=<name>`, or add it to bin/stages.ts" },
  );
};

try {
  const app = new App({ analyticsReporting: false, autoSynth: false });
  addStage(app, chosenStage(String(app.node.tryGetContext("stage") ?? "dev")));
  app.synth();
  const bill = alarmBill(app);
  // Beside the template, which `cdk synth` writes to the standard output.
  if (bill !== undefined) console.error(bill);
} catch (error) {
  if (!isSluiceError(error)) throw error;
  console.error(`error: ${error.message}\nhint: ${error.hint}`);
  process.exitCode = 1;
}
