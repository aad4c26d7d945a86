import type { Invariant } from "./evidence.ts";

/** A cancellation that says `cancelled` is one; what says `running` may come too late. */
export const cancelHolds: Invariant = {
  name: "nothing runs for a job after its cancellation was confirmed",
  violations: ({ cancels, records, ledger }) =>
    cancels.flatMap(({ id, status, atMs }) => {
      if (status !== "cancelled") return [];
      if (records.get(id)?.status !== "cancelled") return [{ id, why: `is ${records.get(id)?.status} all the same` }];
      const late = ledger.get(id)?.effects.find(({ startMs }) => startMs > atMs);
      return late === undefined ? [] : [{ id, why: `a delivery began ${(late.startMs - atMs).toFixed(0)} ms after` }];
    }),
};

/** An id that was made from a key: of a job that a 202 answered for, sooner or later. */
const KEYED = /_k[0-9a-z]{31}$/;

export const oneJobPerKey: Invariant = {
  name: "an Idempotency-Key makes one job, however often it is sent",
  violations: ({ accepted, records }) => {
    const known = new Set(accepted.map(({ id }) => id));
    const strangers = [...records.keys()].filter((id) => KEYED.test(id) && !known.has(id));
    const byKey = Map.groupBy(
      accepted.filter(({ key }) => key !== undefined),
      ({ key }) => key,
    );
    const doubles = [...byKey].flatMap(([key, jobs]) => {
      const ids = [...new Set(jobs.map(({ id }) => id))];
      return ids.length === 1 ? [] : [{ id: ids.join(", "), why: `are the jobs of one key, ${key}` }];
    });
    return [...doubles, ...strangers.map((id) => ({ id, why: "was made from a key, and never accepted" }))];
  },
};
