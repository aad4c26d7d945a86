import { describe, expect, it } from "vitest";
import type { JobRecord } from "../../lib/core/job.ts";
import { jobError } from "../../lib/core/outcome.ts";
import type { BehaviourKind } from "./behaviour.ts";
import type { Evidence } from "./evidence.ts";
import { INVARIANTS, judge } from "./invariants.ts";
import type { Effect, JobLedger } from "./ledger.ts";

const recordOf = (id: string, more: Partial<JobRecord> = {}): JobRecord => ({
  id,
  type: "deliver-webhook",
  status: "succeeded",
  attempts: 1,
  claims: 1,
  submittedAt: "2026-01-01T00:00:00.000Z",
  history: [],
  ...more,
});

const effectOf = (startMs: number, endMs: number, status?: number): Effect => ({ startMs, endMs, status });

const ledgerOf = (kind: BehaviourKind, ...effects: readonly Effect[]): JobLedger => ({
  behaviour: { kind, times: 1 },
  effects,
});

const note = (ended: "lost" | "throttled" | "transient", code = "Error") => ({
  attempt: 1,
  at: "2026-01-01T00:00:00.000Z",
  ended,
  error: jobError(code, "no answer"),
});

const NOT_JSON = "not a job 0";

/** A campaign of three jobs in which every promise was kept. */
const kept = (): Evidence => {
  const records = [
    recordOf("plain"),
    recordOf("throttled", { claims: 2, history: [note("throttled")] }),
    recordOf("dead", { status: "dead", error: jobError("Permanent", "400"), input: {} }),
    recordOf("cancelled", { status: "cancelled", attempts: 0 }),
    recordOf("redriven", { redrives: 1 }),
  ];
  return {
    accepted: [
      { id: "plain", behaviour: { kind: "ok", times: 1 }, key: "order-1" },
      { id: "throttled", behaviour: { kind: "throttle", times: 1 }, key: undefined },
      { id: "dead", behaviour: { kind: "refuse", times: 1 }, key: undefined },
      { id: "cancelled", behaviour: { kind: "ok", times: 1 }, key: undefined },
      { id: "redriven", behaviour: { kind: "refuse", times: 1 }, key: undefined },
    ],
    drained: new Map(
      [...records.slice(0, 4), recordOf("redriven", { status: "dead", input: {} })].map((record) => [
        record.id,
        record,
      ]),
    ),
    records: new Map(records.map((record) => [record.id, record])),
    ledger: new Map([
      ["plain", ledgerOf("ok", effectOf(10, 20, 200))],
      ["throttled", ledgerOf("throttle", effectOf(10, 11, 429), effectOf(1_010, 1_011, 200))],
      ["dead", ledgerOf("refuse", effectOf(10, 11, 400))],
      ["redriven", ledgerOf("refuse", effectOf(10, 11, 400), effectOf(910, 911, 200))],
    ]),
    settlements: new Map([
      ["plain", 1],
      ["throttled", 1],
      ["dead", 1],
      ["redriven", 2],
    ]),
    cancels: [{ id: "cancelled", status: "cancelled", atMs: 5 }],
    redrives: [],
    lastRedrives: [{ id: "redriven", asked: 2, answered: 2, accepted: [1, 1], atMs: 900 }],
    malformed: [NOT_JSON],
    deadLetters: [{ body: NOT_JSON, reason: "the body is not JSON" }],
    leftInQueues: 0,
  };
};

const withRecord = (evidence: Evidence, record: JobRecord): Evidence => ({
  ...evidence,
  drained: new Map([...evidence.drained, [record.id, record]]),
  records: new Map([...evidence.records, [record.id, record]]),
});

const withLedger = (evidence: Evidence, id: string, ledger: JobLedger): Evidence => ({
  ...evidence,
  ledger: new Map([...evidence.ledger, [id, ledger]]),
});

const without = <Value>(map: ReadonlyMap<string, Value>, id: string): ReadonlyMap<string, Value> =>
  new Map([...map].filter(([name]) => name !== id));

/** What is wrong in a spoilt campaign, and the ids that the promise names then. */
const SPOILT: readonly (readonly [string, (evidence: Evidence) => Evidence, string, readonly string[]])[] = [
  [
    "an accepted job has no record",
    (evidence) => ({ ...evidence, records: without(evidence.records, "plain") }),
    "every accepted job has ended in one final state, or its message is still in the queue",
    ["plain"],
  ],
  [
    "an accepted job waits, and no message does",
    (evidence) => withRecord(evidence, recordOf("plain", { status: "retrying" })),
    "every accepted job has ended in one final state, or its message is still in the queue",
    ["plain"],
  ],
  [
    "a redrive was noted, and nobody ran it",
    (evidence) => withRecord(evidence, recordOf("dead", { status: "dead", input: {}, redriveRequested: 1 })),
    "every accepted job has ended in one final state, or its message is still in the queue",
    ["dead"],
  ],
  [
    "a job succeeded without any delivery",
    (evidence) => ({ ...evidence, ledger: without(evidence.ledger, "plain") }),
    "every succeeded job's effect is complete in the receiver's ledger",
    ["plain"],
  ],
  [
    "a job succeeded, and its delivery was cut off",
    (evidence) => withLedger(evidence, "plain", ledgerOf("ok", effectOf(10, 20))),
    "every succeeded job's effect is complete in the receiver's ledger",
    ["plain"],
  ],
  [
    "a delivery began while another of its job ran",
    (evidence) => withLedger(evidence, "plain", ledgerOf("ok", effectOf(10, 20, 200), effectOf(19, 30, 200))),
    "no two effects of one job overlap in time",
    ["plain"],
  ],
  [
    "a delivery never ended before the next",
    (evidence) =>
      withLedger(evidence, "plain", ledgerOf("ok", effectOf(10, Number.POSITIVE_INFINITY), effectOf(90, 95, 200))),
    "no two effects of one job overlap in time",
    ["plain"],
  ],
  [
    "a job was settled twice",
    (evidence) => ({ ...evidence, settlements: new Map([...evidence.settlements, ["plain", 2]]) }),
    "every job has one settled outcome, and one more for each redrive",
    ["plain"],
  ],
  [
    "a record changed after it was final",
    (evidence) => ({
      ...evidence,
      records: new Map([...evidence.records, ["dead", recordOf("dead", { status: "dead", attempts: 2, input: {} })]]),
    }),
    "no record changes once its job is over",
    ["dead"],
  ],
  [
    "a throttle was charged",
    (evidence) => withRecord(evidence, recordOf("throttled", { attempts: 2, history: [note("throttled")] })),
    "no attempt is charged for a throttle",
    ["throttled"],
  ],
  [
    "a neighbour was charged for the first crash",
    (evidence) => withRecord(evidence, recordOf("plain", { attempts: 2, history: [note("lost")] })),
    "no failure is charged to the neighbours of a crash",
    ["plain"],
  ],
  [
    "a neighbour died of crashes",
    (evidence) => withRecord(evidence, recordOf("plain", { status: "dead", input: {}, history: [note("lost")] })),
    "no failure is charged to the neighbours of a crash",
    ["plain"],
  ],
  [
    "a refused job succeeded without a redrive",
    (evidence) => withRecord(evidence, recordOf("dead")),
    "every accepted job ends as its receiver lets it",
    ["dead"],
  ],
  [
    "a job was cancelled that nobody cancelled",
    (evidence) => withRecord(evidence, recordOf("plain", { status: "cancelled" })),
    "every accepted job ends as its receiver lets it",
    ["plain"],
  ],
  [
    "a cancelled job was delivered afterwards",
    (evidence) => withLedger(evidence, "cancelled", ledgerOf("ok", effectOf(6, 7, 200))),
    "nothing runs for a job after its cancellation was confirmed",
    ["cancelled"],
  ],
  [
    "a cancelled job succeeded",
    (evidence) => withRecord(evidence, recordOf("cancelled")),
    "nothing runs for a job after its cancellation was confirmed",
    ["cancelled"],
  ],
  [
    "two jobs have one key",
    (evidence) => ({
      ...evidence,
      accepted: [...evidence.accepted, { id: "throttled", behaviour: { kind: "throttle", times: 1 }, key: "order-1" }],
    }),
    "an Idempotency-Key makes one job, however often it is sent",
    ["plain, throttled"],
  ],
  [
    "a job ran whose key nobody was answered for",
    (evidence) => withRecord(evidence, recordOf(`deliver-webhook_k${"0".repeat(31)}`)),
    "an Idempotency-Key makes one job, however often it is sent",
    [`deliver-webhook_k${"0".repeat(31)}`],
  ],
  [
    "a malformed message is gone",
    (evidence) => ({ ...evidence, deadLetters: [] }),
    "the dead-letter queues hold every malformed message, with its reason, and no job",
    [NOT_JSON],
  ],
  [
    "a job is in the dead-letter queue",
    (evidence) => ({ ...evidence, deadLetters: [...evidence.deadLetters, { body: "{}", reason: undefined }] }),
    "the dead-letter queues hold every malformed message, with its reason, and no job",
    ["{}"],
  ],
  [
    "a redrive ran twice",
    (evidence) => withRecord(evidence, recordOf("redriven", { redrives: 2 })),
    "a dead job runs once for each redrive, however many ask for it at once",
    ["redriven"],
  ],
  [
    "a redrive was promised, and never ran",
    (evidence) => ({
      ...evidence,
      redrives: [{ id: "dead", asked: 2, answered: 2, accepted: [1], atMs: 50 }],
    }),
    "a dead job runs once for each redrive, however many ask for it at once",
    ["dead"],
  ],
  [
    "a dead job has no input any more",
    (evidence) => withRecord(evidence, recordOf("dead", { status: "dead" })),
    "every dead job can be redriven, and then delivers once",
    ["dead"],
  ],
  [
    "a last redrive delivered twice",
    (evidence) =>
      withLedger(evidence, "redriven", ledgerOf("refuse", effectOf(910, 911, 200), effectOf(920, 921, 200))),
    "every dead job can be redriven, and then delivers once",
    ["redriven"],
  ],
];

const brokenIn = (evidence: Evidence): Readonly<Record<string, readonly string[]>> =>
  Object.fromEntries(
    judge(evidence)
      .filter(({ violations }) => violations.length > 0)
      .map(({ name, violations }) => [name, violations.map(({ id }) => id)]),
  );

describe("the promises of a campaign", () => {
  it("all hold where all were kept", () => {
    expect(brokenIn(kept())).toEqual({});
  });

  it.each(SPOILT)("break where %s", (_, spoil, name, ids) => {
    expect(brokenIn(spoil(kept()))).toMatchObject({ [name]: ids });
  });

  it("can each be broken", () => {
    const breakable = new Set(SPOILT.map(([, , name]) => name));

    expect(INVARIANTS.filter(({ name }) => !breakable.has(name))).toEqual([]);
  });

  it("hold where a job waits as its message does", () => {
    const waiting = { ...withRecord(kept(), recordOf("plain", { status: "retrying" })), leftInQueues: 1 };

    expect(brokenIn(waiting)).toEqual({});
  });

  it("hold where an attempt was charged that was lost alone, or ran out of time before any delivery", () => {
    const history = [note("lost"), note("lost"), note("transient", "JobTimedOut")];

    expect(brokenIn(withRecord(kept(), recordOf("plain", { attempts: 3, history })))).toEqual({});
  });

  it("hold where a refusal was lost with its attempt, and the next delivery was taken", () => {
    const record = recordOf("dead", { history: [note("lost")] });

    const evidence = withLedger(kept(), "dead", ledgerOf("refuse", effectOf(10, 11, 400), effectOf(60, 61, 200)));

    expect(brokenIn(withRecord(evidence, record))).toEqual({});
  });

  it("hold where nobody knows whether a redrive was sent, and it ran", () => {
    const unsure = { id: "dead", asked: 2, answered: 1, accepted: [], atMs: 50 };
    const ran = recordOf("dead", { status: "dead", input: {}, redrives: 1 });

    expect(brokenIn({ ...withRecord(kept(), ran), redrives: [unsure] })).toEqual({});
  });
});
