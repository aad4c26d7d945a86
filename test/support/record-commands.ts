import fc from "fast-check";
import { expect } from "vitest";
import type { Claim, Claimed, RecordStore, Settlement } from "../../lambdas/worker/record-store.ts";
import type { Envelope } from "../../lib/core/envelope.ts";
import { jobError } from "../../lib/core/outcome.ts";

/** One job in a store, and what each worker got of it: the model and the real thing have the same shape. */
export type RecordModel = {
  readonly job: Envelope;
  readonly store: RecordStore;
  readonly requestCancel: () => Promise<void>;
  /** The latest claim of each worker. */
  readonly claims: Map<number, Claimed>;
};

type Command = fc.AsyncCommand<RecordModel, RecordModel>;

const error = jobError("Error", "no answer");
const START_MS = Date.parse("2026-11-22T10:00:00Z");

/** The `at` of a lost attempt cannot be told exactly by a claim whose answer was lost. */
const comparable = (claim: Claim): unknown => {
  if (claim.kind !== "claimed") return claim;
  const history = claim.history.map((note) => ({ ...note, at: note.ended === "lost" ? "" : note.at }));
  return { ...claim, envelope: undefined, history };
};

/** Makes a command that does the same to both, and compares what they answer. */
const command = (name: string, act: (side: RecordModel) => Promise<unknown>): Command => ({
  check: () => true,
  run: async (model, real) => {
    const expected = await act(model);
    expect(await act(real), name).toEqual(expected);
  },
  toString: () => name,
});

type Claiming = { readonly worker: number; readonly atMs: number; readonly leaseMs: number; readonly redrive: number };

const claiming = ({ worker, atMs, leaseMs, redrive }: Claiming, serial: number, isRepeated: boolean): Command =>
  command(`claim ${JSON.stringify({ worker, atMs, leaseMs, redrive, serial, isRepeated })}`, async (side) => {
    const envelope: Envelope = redrive === 0 ? side.job : { ...side.job, redrive };
    const nowMs = START_MS + atMs;
    const lease = { nowMs, untilMs: nowMs + leaseMs, holder: `${worker}-${serial}` };
    const first = await side.store.claim(envelope, lease);
    // The first answer was lost: the client sends the very same call again.
    const claim = isRepeated ? await side.store.claim(envelope, lease) : first;
    if (claim.kind === "claimed") side.claims.set(worker, claim);
    return comparable(claim);
  });

const settling = (worker: number, as: Settlement["status"], atMs: number, isRepeated: boolean): Command =>
  command(`settle ${JSON.stringify({ worker, as, atMs, isRepeated })}`, async ({ store, claims }) => {
    const held = claims.get(worker);
    if (held === undefined) return "nothing held";
    const nowMs = START_MS + atMs;
    const settlement = settlementOf(held, as, nowMs);
    const first = await store.settle(held, nowMs, settlement);
    return isRepeated ? await store.settle(held, nowMs, settlement) : first;
  });

const settlementOf = (held: Claimed, as: Settlement["status"], nowMs: number): Settlement => {
  const common = { attempts: held.attempt, history: held.history };
  switch (as) {
    case "succeeded":
      return { ...common, status: as, result: { ok: true } };
    case "dead":
      return { ...common, status: as, error };
    case "cancelled":
      return { ...common, status: as };
    case "retrying":
      return { ...common, status: as, error, notBeforeMs: nowMs + 5_000 };
  }
};

const markingAlone = (worker: number): Command =>
  command(`mark alone ${worker}`, async ({ store, claims }) => {
    const held = claims.get(worker);
    return held === undefined ? "nothing held" : await store.markAlone(held);
  });

const cancelling = (): Command =>
  command("request cancel", async ({ job, store, requestCancel }) => {
    await requestCancel();
    return await store.isCancelRequested(job.id);
  });

/** Commands of up to three workers, in any order; time need not go forward for all of them, as their clocks may differ. */
export const recordCommands = (): fc.Arbitrary<Iterable<Command>> => {
  const worker = fc.integer({ min: 0, max: 2 });
  const atMs = fc.constantFrom(0, 1_000, 4_000, 4_001, 6_000, 70_000, 140_000, 210_000);
  const claim = fc.record({
    worker,
    atMs,
    leaseMs: fc.constantFrom(1_000, 65_000),
    redrive: fc.constantFrom(0, 0, 0, 1, 2),
  });
  const status = fc.constantFrom("succeeded", "dead", "cancelled", "retrying", "retrying", "dead") as fc.Arbitrary<
    Settlement["status"]
  >;
  // No two claims have one holder, but for a repeated one.
  let serial = 0;
  const claims = fc.tuple(claim, fc.boolean()).map(([given, isRepeated]) => {
    serial += 1;
    return claiming(given, serial, isRepeated);
  });
  return fc.commands(
    [
      claims,
      claims,
      fc.tuple(worker, status, atMs, fc.boolean()).map((given) => settling(...given)),
      worker.map(markingAlone),
      fc.constant(cancelling()),
    ],
    { maxCommands: 25 },
  );
};
