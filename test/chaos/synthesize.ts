import { readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { WORKER_VARIABLES } from "../../lib/core/environment.ts";
import type { StageSettings } from "../../lib/core/settings.ts";
import { synthesizeTo } from "../support/synthesize.ts";
import { LIMITS } from "./limits.ts";

/** The job types of a campaign. */
const JOBS_FOLDER = fileURLToPath(new URL("jobs/", import.meta.url));

const timing = { timeoutSeconds: 2, batchSize: 5, parallel: 5, memoryMiB: 128 } as const;
/** The receivers are on this machine, which job types refuse unless they are told. */
const environment = { ALLOW_PRIVATE_ADDRESSES: "true" } as const;

const SETTINGS: StageSettings = {
  auth: "public",
  throttle: { ratePerSecond: 10_000, burst: 5_000 },
  jobTypes: {
    "deliver-webhook": {
      ...timing,
      maxConcurrency: LIMITS["deliver-webhook"],
      environment,
      secrets: ["WEBHOOK_SIGNING_SECRET"],
    },
    "impatient-webhook": {
      ...timing,
      maxConcurrency: LIMITS["impatient-webhook"],
      environment,
      secrets: ["WEBHOOK_SIGNING_SECRET"],
    },
  },
};

/** Beyond the function's time-out: lost messages come back sooner than after the sixfold that a stage derives. */
const VISIBILITY_MARGIN_SECONDS = 5;

type Resource = { readonly Type: string; readonly Properties?: Record<string, unknown> };

/** Writes the assembly of the campaign's stage: the shipped one but for the visibility time-out, which is shorter. */
const synthesizeChaos = (folder: string): void => {
  synthesizeTo(folder, { name: "chaos", settings: SETTINGS, jobsFolder: JOBS_FOLDER });
  const file = join(folder, "Pipeline.template.json");
  const template = JSON.parse(readFileSync(file, "utf8")) as { readonly Resources: Readonly<Record<string, Resource>> };
  const resources = Object.values(template.Resources);
  const timeouts = resources.flatMap(({ Type, Properties = {} }) =>
    Type === "AWS::Lambda::Function" && variablesOf(Properties)?.[WORKER_VARIABLES.jobType] !== undefined
      ? [Number(Properties.Timeout)]
      : [],
  );
  const visibilitySeconds = Math.max(...timeouts) + VISIBILITY_MARGIN_SECONDS;
  for (const { Type, Properties = {} } of resources) {
    if (Type === "AWS::SQS::Queue" && "RedrivePolicy" in Properties) Properties.VisibilityTimeout = visibilitySeconds;
    const variables = variablesOf(Properties);
    if (variables !== undefined && WORKER_VARIABLES.visibilityTimeoutSeconds in variables) {
      variables[WORKER_VARIABLES.visibilityTimeoutSeconds] = String(visibilitySeconds);
    }
  }
  writeFileSync(file, JSON.stringify(template));
};

const variablesOf = ({ Environment }: Readonly<Record<string, unknown>>): Record<string, unknown> | undefined =>
  (Environment as { readonly Variables?: Record<string, unknown> } | undefined)?.Variables;

// A process of its own: the CDK's memory and time are none of the campaign's.
synthesizeChaos(process.argv[2] ?? "");
