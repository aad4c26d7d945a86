import { JOB_STATUSES } from "../../lib/core/job.ts";
import type { Campaign } from "./campaign.ts";
import { copiesOf } from "./dead-letter-invariants.ts";
import type { Evidence, Violation } from "./evidence.ts";
import { faultNames, wantedFaults } from "./fault-kinds.ts";
import { judge } from "./invariants.ts";

/** What a campaign came to. */
export type Verdict = {
  readonly faults: readonly FaultCount[];
  readonly kills: number;
  /** Every promise was kept. */
  readonly isHeld: boolean;
  /** All jobs were accepted, and every fault came often enough for that to mean something. */
  readonly isStrong: boolean;
  readonly invariants: readonly { readonly name: string; readonly violations: readonly Violation[] }[];
};

export type FaultCount = {
  readonly name: string;
  readonly count: number;
  readonly least: number;
  /** By the service that it met, where it met one. */
  readonly services: Readonly<Record<string, number>>;
};

/** Judges a campaign. @param wanted what it was asked for */
export const verdictOf = (
  { evidence, faults, kills }: Pick<Campaign, "evidence" | "faults" | "kills">,
  wanted: { readonly jobs: number; readonly kills: number },
): Verdict => {
  const { least } = wantedFaults(wanted.jobs);
  const counts = faultNames().map((name): FaultCount => {
    const services = Object.fromEntries(faults.get(name) ?? []);
    const count = Object.values(services).reduce((sum, one) => sum + one, 0);
    return { name, count, least, services };
  });
  const invariants = judge(evidence);
  return {
    faults: counts,
    kills,
    isHeld: invariants.every(({ violations }) => violations.length === 0),
    isStrong: jobsOf(evidence) >= wanted.jobs && kills >= wanted.kills && counts.every(({ count }) => count >= least),
    invariants,
  };
};

/** Jobs that were accepted. */
const jobsOf = ({ accepted }: Evidence): number => new Set(accepted.map(({ id }) => id)).size;

/** Violations that are shown in full; the others are counted. */
const SHOWN = 3;

/** Writes a campaign's report. */
export const report = (campaign: Campaign, verdict: Verdict, wanted: { jobs: number; seed: number }): string => {
  const { evidence, loadMs, totalMs, unanswered } = campaign;
  const { records, cancels, redrives, lastRedrives, deadLetters, malformed } = evidence;
  const statuses = Map.groupBy(records.values(), ({ status }) => status);
  const jobs = jobsOf(evidence);
  const seconds = (ms: number): string => `${(ms / 1_000).toFixed(0)} s`;
  return [
    "",
    heading(`chaos: ${wanted.jobs} jobs, seed ${wanted.seed}`),
    row("accepted", jobs),
    ...JOB_STATUSES.flatMap((status) => (statuses.has(status) ? [row(status, statuses.get(status)?.length ?? 0)] : [])),
    row("unconfirmed", records.size - jobs, "ran, and the 202 was lost"),
    row("unanswered", unanswered, "requests that nobody answered"),
    row("cancellations", cancels.length),
    row("redrives", redrives.length + lastRedrives.length, "each by two requests at once"),
    row("dead letters", deadLetters.length, `of ${malformed.length} malformed messages, ${copiesOf(evidence)} copies`),
    row("time", seconds(totalMs), `${((jobs * 1_000) / loadMs).toFixed(0)} jobs a second until the queues were empty`),
    "",
    heading("injected faults"),
    ...verdict.faults.map(({ name, count, least, services }) =>
      row(name, count, noteOf(count < least ? `at least ${least} are wanted` : "", services)),
    ),
    row("process-kill", verdict.kills),
    "",
    heading("promises"),
    ...verdict.invariants.flatMap(({ name, violations }) => [
      `  ${violations.length === 0 ? "held     " : "VIOLATED "} ${name}`,
      ...violations.slice(0, SHOWN).map((violation) => describe(violation, evidence)),
      ...(violations.length > SHOWN ? [`      and ${violations.length - SHOWN} more`] : []),
    ]),
    "",
    verdict.isHeld ? "every promise held" : "a promise was broken",
    ...(verdict.isStrong ? [] : ["too few jobs or faults for this to mean much"]),
  ].join("\n");
};

const heading = (text: string): string => `${text}\n`;

const row = (name: string, value: string | number, note = ""): string =>
  `  ${name.padEnd(22)}${String(value).padStart(8)}${note === "" ? "" : `   ${note}`}`;

const noteOf = (shortage: string, services: Readonly<Record<string, number>>): string => {
  const named = Object.entries(services).filter(([service]) => service !== "");
  return [shortage, named.map(([service, count]) => `${service} ${count}`).join(", ")].filter(Boolean).join("; ");
};

const describe = ({ id, why }: Violation, { ledger, records }: Evidence): string => {
  const details = JSON.stringify({ record: records.get(id), ledger: ledger.get(id) });
  return `      ${id} ${why}\n        ${details}`;
};
