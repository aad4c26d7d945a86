import { appSource } from "../app-source.ts";
import { examine } from "../doctor/examine.ts";
import { machine } from "../doctor/machine.ts";
import type { Question } from "../doctor/question.ts";
import { isFit, reportJson, reportText } from "../doctor/report.ts";
import type { Command } from "../main.ts";
import { readOptions } from "../options.ts";
import { IS_PROJECT } from "../project.ts";

const HELP = `Usage: npx sluice doctor [options]

Looks at what a deployment needs, and says what to do where something is missing: Node, ${IS_PROJECT ? "the stage" : "the app of this folder"} as it is
synthesized, the region, credentials, the CDK's bootstrap stack, Lambda's concurrency in the account against what the
queues may run at once, and the state of the stacks. It only reads, and shows no secret. Where AWS_ENDPOINT_URL is set
it asks who answers there. Exits 1 if something stands in the way of \`npx cdk deploy\`, else 0, warnings or not.

Options:
  --stage NAME               ${IS_PROJECT ? "which stage of bin/stages.ts (default dev)" : "given to `cdk synth` as the context `stage` (default none)"}
  --assembly DIR             looks at what \`cdk synth\` wrote to this folder, and synthesizes nothing
  --region NAME              which region (default what \`cdk deploy\` takes: AWS_REGION, then the profile's)
  --profile NAME             whose credentials, of AWS's shared configuration (default what \`cdk deploy\` takes)
  --json                     prints the findings for programs
  --help                     prints this`;

const OPTIONS = {
  stage: { type: "string" },
  assembly: { type: "string" },
  region: { type: "string" },
  profile: { type: "string" },
  json: { type: "boolean", default: false },
} as const;

const SYNTHESIZING = IS_PROJECT
  ? "synthesizing (the sources have changed since the last look)"
  : "synthesizing the app of this folder";

/** `sluice doctor`: whether an app can be deployed from here, and what to do where it cannot. */
export const doctor: Command = {
  summary: `says whether ${IS_PROJECT ? "a stage" : "the app of this folder"} can be deployed from here, and what is missing`,
  help: HELP,
  run: async (args, environment) => {
    const { json, ...given } = readOptions(args, OPTIONS);
    const { region, profile } = given;
    const question: Question = { source: appSource(given), region, profile, environment };
    const examination = await examine(
      question,
      machine(question, () => console.error(SYNTHESIZING)),
    );
    console.log(json ? reportJson(examination) : reportText(examination));
    return isFit(examination) ? 0 : 1;
  },
};
