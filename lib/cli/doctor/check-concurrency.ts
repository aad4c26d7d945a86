import { leftForQueues } from "../../core/scaling/allocation.ts";
import { sum } from "../../core/sum.ts";
import type { AccountConcurrency } from "./aws-account.ts";
import { type Finding, fail, ok, warn } from "./finding.ts";
import type { MappingBounds } from "./synthesized-stage.ts";
import { awsOptions, inSettings, type Target } from "./target.ts";

/** What an account has that Lambda has not restricted. @see https://docs.aws.amazon.com/lambda/latest/dg/gettingstarted-limits.html */
const USUAL_QUOTA = 1_000;
/** A new account's quota, as many report it. */
const NEW_ACCOUNT_QUOTA = 10;
/** Lambda's "Concurrent executions" at Service Quotas. */
const QUOTA_CODE = "L-B99A9384";

/** Compares the account's concurrency with what the stage's queues may run at once, and what the api and the scaler need. */
export const checkConcurrency = (
  account: AccountConcurrency,
  mappings: readonly MappingBounds[],
  target: Target,
): Finding => {
  const demand = demandOf(mappings);
  const left = leftForQueues(account);
  const has = hasText(account, target);
  if (left < demand.floors) {
    const says = `${has}leaves ${left} to the queues, and ${mappings.length} queues take ${demand.floors} at least`;
    return fail("concurrency", says, ...remedies(account, demand, target));
  }
  const wants = `the stage could use ${demand.needed} (queues ${demand.terms}, the rest for the api and the scaler)`;
  if (left >= demand.ceilings) return ok("concurrency", `${has}is enough: ${wants}`);
  const effect = `${left} are left to the queues, shared by backlog: jobs wait longer at peaks, none is lost`;
  return warn("concurrency", `${has}is short: ${wants}; ${effect}`, ...remedies(account, demand, target));
};

type Demand = {
  readonly floors: number;
  readonly ceilings: number;
  /** The ceilings as a sum, for people. */
  readonly terms: string;
  /** The account's concurrency that would leave the queues their ceilings. */
  readonly needed: number;
};

const demandOf = (mappings: readonly MappingBounds[]): Demand => {
  const ceilings = sum(mappings.map(({ ceiling }) => ceiling));
  let needed = ceilings;
  while (leftForQueues({ concurrency: needed, unreserved: needed }) < ceilings) needed += 1;
  const terms = mappings.map(({ ceiling, isUnlimited }) => `${ceiling}${isUnlimited ? " without a limit" : ""}`);
  return { floors: sum(mappings.map(({ floor }) => floor)), ceilings, needed, terms: terms.join(" + ") };
};

const hasText = ({ concurrency, unreserved }: AccountConcurrency, { region }: Target): string => {
  const reserved = unreserved < concurrency ? `, ${concurrency - unreserved} of them reserved by functions,` : "";
  const why = concurrency <= NEW_ACCOUNT_QUOTA ? " (the quota that new accounts start with)" : "";
  return `Lambda's concurrency of ${concurrency}${why} in ${region}${reserved} `;
};

const remedies = (account: AccountConcurrency, { needed }: Demand, target: Target): readonly string[] => {
  const wanted = Math.max(needed + account.concurrency - account.unreserved, USUAL_QUOTA);
  const raise =
    `aws service-quotas request-service-quota-increase --service-code lambda --quota-code ${QUOTA_CODE} ` +
    `--desired-value ${wanted}${awsOptions(target)}`;
  const lower = `or set accountConcurrency: ${account.concurrency} ${inSettings(target.source)}, and lower maxConcurrency to fit`;
  return [raise, lower];
};
