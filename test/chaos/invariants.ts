import { awaitsRedrive, isFinished, type JobRecord } from "../../lib/core/job.ts";
import { BEHAVIOURS, isInnocent } from "./behaviour.ts";
import { chargedAtMost } from "./charged.ts";
import { cancelHolds, oneJobPerKey } from "./client-invariants.ts";
import { deadLettersAreNoJobs } from "./dead-letter-invariants.ts";
import type { Evidence, Invariant, Violation } from "./evidence.ts";
import type { Effect } from "./ledger.ts";
import { lastRedrivesRunOnce, redrivesAreHonouredOnce } from "./redrive-invariants.ts";

const violation = (id: string, why: string): Violation => ({ id, why });

const isOver = (record: JobRecord | undefined): boolean =>
  record !== undefined && isFinished(record.status) && !awaitsRedrive(record);

const nothingLost: Invariant = {
  name: "every accepted job has ended in one final state, or its message is still in the queue",
  violations: ({ accepted, records, leftInQueues }) => {
    const open = accepted.filter(({ id }) => !isOver(records.get(id)));
    if (open.length <= leftInQueues) return [];
    return open.map(({ id }) => violation(id, `is ${records.get(id)?.status ?? "without a record"}`));
  },
};

const successIsReal: Invariant = {
  name: "every succeeded job's effect is complete in the receiver's ledger",
  violations: ({ records, ledger }) =>
    [...records.values()].flatMap(({ id, status }) => {
      if (status !== "succeeded" || ledger.get(id)?.effects.some(isDelivered) === true) return [];
      return [violation(id, "succeeded, and the receiver never took a delivery")];
    }),
};

const isDelivered = ({ status = 0 }: Effect): boolean => status >= 200 && status <= 299;

const noOverlap: Invariant = {
  name: "no two effects of one job overlap in time",
  violations: ({ ledger }) =>
    [...ledger].flatMap(([id, { effects }]) => {
      const overlap = effects.find((effect, index) => effect.startMs < (effects[index - 1]?.endMs ?? 0));
      if (overlap === undefined) return [];
      return [violation(id, `a delivery began at ${overlap.startMs.toFixed(0)} ms, before the one before it ended`)];
    }),
};

const settledOnce: Invariant = {
  name: "every job has one settled outcome, and one more for each redrive",
  violations: ({ settlements, records }) =>
    [...settlements].flatMap(([id, times]) => {
      const allowed = 1 + (records.get(id)?.redrives ?? 0);
      return times <= allowed ? [] : [violation(id, `was settled ${times} times, at most ${allowed} are right`)];
    }),
};

const finalIsFinal: Invariant = {
  name: "no record changes once its job is over",
  violations: ({ drained, records, lastRedrives }) => {
    const redriven = new Set(lastRedrives.map(({ id }) => id));
    return [...drained.values()].flatMap((before) => {
      if (redriven.has(before.id) || !isOver(before)) return [];
      const isSame = JSON.stringify(records.get(before.id)) === JSON.stringify(before);
      return isSame ? [] : [violation(before.id, `its record changed after it was ${before.status}`)];
    });
  },
};

const throttlesAreFree: Invariant = {
  name: "no attempt is charged for a throttle",
  violations: ({ records, ledger }) =>
    [...records.values()].flatMap((record) => {
      const job = ledger.get(record.id);
      if (job === undefined || job.behaviour.kind === "poison") return [];
      const most = chargedAtMost(record, job.effects);
      if (record.attempts <= most) return [];
      return [violation(record.id, `${record.attempts} attempts are charged, at most ${most} can be`)];
    }),
};

const neighboursAreFree: Invariant = {
  name: "no failure is charged to the neighbours of a crash",
  violations: ({ records, ledger }) =>
    [...records.values()].flatMap((record) => {
      const behaviour = ledger.get(record.id)?.behaviour;
      if (behaviour === undefined || !isInnocent(behaviour)) return [];
      if (record.status === "dead") return [violation(record.id, `is dead: ${record.error?.code}`)];
      const lost = record.history.filter(({ ended }) => ended === "lost").length;
      const failed = record.history.filter(({ ended }) => ended === "transient").length;
      // The first loss has an unknown culprit, always; later ones found the job running alone.
      const most = 1 + failed + Math.max(0, lost - 1);
      return record.attempts <= most
        ? []
        : [violation(record.id, `${record.attempts} attempts are charged, and ${lost} were lost`)];
    }),
};

const endsAsItShould: Invariant = {
  name: "every accepted job ends as its receiver lets it",
  violations: ({ accepted, records, cancels }) => {
    const cancelled = new Set(cancels.map(({ id }) => id));
    return accepted.flatMap(({ id, behaviour }) => {
      const record = records.get(id);
      if (record === undefined || !isOver(record)) return [];
      // A refusal that was lost with its attempt, or that a redrive followed, is not the last answer of the receiver.
      const mayMeetMore = (record.redrives ?? 0) > 0 || record.history.some(({ ended }) => ended === "lost");
      const isRight =
        record.status === BEHAVIOURS[behaviour.kind] ||
        (record.status === "cancelled" && cancelled.has(id)) ||
        (record.status === "succeeded" && behaviour.kind !== "poison" && mayMeetMore);
      return isRight
        ? []
        : [violation(id, `is ${record.status} (${record.error?.code}), its receiver: ${behaviour.kind}`)];
    });
  },
};

/** What a campaign promises to look for. */
export const INVARIANTS: readonly Invariant[] = [
  nothingLost,
  successIsReal,
  noOverlap,
  settledOnce,
  finalIsFinal,
  throttlesAreFree,
  neighboursAreFree,
  endsAsItShould,
  cancelHolds,
  oneJobPerKey,
  deadLettersAreNoJobs,
  redrivesAreHonouredOnce,
  lastRedrivesRunOnce,
];

/** Looks for each promise's violations. */
export const judge = (
  evidence: Evidence,
): readonly { readonly name: string; readonly violations: readonly Violation[] }[] =>
  INVARIANTS.map(({ name, violations }) => ({ name, violations: violations(evidence) }));
