import type { StageSettings } from "../../lib/core/settings.ts";
import { shippedStages } from "./synthesize.ts";

const jobTypes: StageSettings["jobTypes"] = { work: { secrets: ["KEY"] } };

/** The stages of `bin/stages.ts`, and one for each setting that changes which resources there are, or who may call them. */
export const STAGE_VARIANTS: Readonly<Record<string, StageSettings>> = {
  ...shippedStages,
  "alarms-by-mail": { jobTypes, alarmEmail: "name@example.com", monthlyBudgetUsd: 20 },
  "paid-pollers": { jobTypes: { work: { provisioned: { min: 2, max: 4 } } } },
  "open-and-protected": { jobTypes, auth: "public", isProtected: true },
  tokens: { jobTypes, auth: "jwt", jwt: { issuer: "https://id.example.com/pool", audience: ["jobs"] } },
  "rest-signed": { jobTypes, front: "rest" },
  "rest-keys": { jobTypes, front: "rest", auth: "apiKey" },
  "rest-open": { jobTypes, front: "rest", auth: "public" },
  "plain-alarms": { jobTypes, alarms: "plain" },
};
