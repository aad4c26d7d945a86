import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { sayBreach, sayWarning } from "../../lib/core/guard.ts";
import {
  FUNCTION_GUARDS,
  type GuardedMapping,
  type GuardedQueue,
  guardFunction,
  guardMapping,
  guardQueue,
  MAPPING_GUARDS,
  QUEUE_GUARDS,
} from "../../lib/core/template-guards.ts";

const QUEUE: GuardedQueue = {
  visibilitySeconds: 390,
  retentionSeconds: 345_600,
  maxReceiveCount: 1_000,
  deadLetterRetentionSeconds: 1_209_600,
};
const MAPPING: GuardedMapping = {
  queue: QUEUE,
  functionTimeoutSeconds: 65,
  reservedConcurrency: undefined,
  batchSize: 10,
  batchWindowSeconds: 0,
  limit: 20,
  pollers: undefined,
  reportsItemFailures: true,
};

const ofQueue = (changed: Partial<GuardedQueue>): readonly string[] =>
  guardQueue("App.Queue", { ...QUEUE, ...changed }).map((finding) => `${finding.level}: ${sayBreach(finding)}`);

const ofMapping = (changed: Partial<GuardedMapping>): readonly string[] =>
  guardMapping("App.Mapping", { ...MAPPING, ...changed }).map((finding) =>
    finding.level === "warn" ? `warn: ${sayWarning(finding)}` : `refuse: ${sayBreach(finding)}`,
  );

const seconds = fc.integer({ min: 1, max: 1_209_600 });

describe("guardQueue", () => {
  it("finds nothing in a queue as Sluice makes it", () => {
    expect(ofQueue({})).toEqual([]);
  });

  it("rejects a queue whose dead-letter queue forgets no later", () => {
    expect(ofQueue({ retentionSeconds: 345_600, deadLetterRetentionSeconds: 345_600 })).toEqual([
      "refuse: App.Queue.MessageRetentionPeriod must be below the dead-letter queue's 345600 seconds, got 345600 " +
        "(raise the dead-letter queue's to 1209600: a message's age goes on counting there)",
    ]);
    fc.assert(
      fc.property(seconds, seconds, (retentionSeconds, deadLetterRetentionSeconds) => {
        const found = ofQueue({ retentionSeconds, deadLetterRetentionSeconds, visibilitySeconds: 0 });

        expect(found).toHaveLength(retentionSeconds >= deadLetterRetentionSeconds ? 1 : 0);
      }),
    );
  });

  it("rejects a queue that forgets a message before its second attempt", () => {
    expect(ofQueue({ retentionSeconds: 390 })).toEqual([
      expect.stringMatching(/^refuse: App\.Queue\.MessageRetentionPeriod must be above the visibility time-out of 390/),
    ]);
    expect(ofQueue({ retentionSeconds: 391 })).toEqual([]);
  });

  it("judges by nothing that is known at deployment only", () => {
    const unknown = { retentionSeconds: undefined, visibilitySeconds: undefined };

    expect(ofQueue({ ...unknown, deadLetterRetentionSeconds: 1 })).toEqual([]);
    expect(
      ofQueue({ retentionSeconds: 1, visibilitySeconds: undefined, deadLetterRetentionSeconds: undefined }),
    ).toEqual([]);
  });
});

describe("guardMapping", () => {
  it("finds nothing in a mapping as Sluice makes it", () => {
    expect(ofMapping({})).toEqual([]);
    expect(ofMapping({ limit: undefined, pollers: 5 })).toEqual([]);
    expect(ofMapping({ limit: undefined })).toEqual([]);
  });

  it.each<[string, Partial<GuardedMapping>, RegExp]>([
    [
      "a visibility time-out that AWS would refuse",
      { functionTimeoutSeconds: 391 },
      /^refuse: App\.Mapping\.EventSourceArn must name a queue .* at least the function's 391 seconds, got 390/,
    ],
    [
      "a limit above the reserved concurrency",
      { reservedConcurrency: 19 },
      /^refuse: App\.Mapping\.ScalingConfig must allow at most the function's reserved concurrency, 19, got 20/,
    ],
    [
      "pollers that run more than the reserved concurrency",
      { limit: undefined, pollers: 2, reservedConcurrency: 19 },
      /^refuse: App\.Mapping\.ScalingConfig must allow at most the function's reserved concurrency, 19, got 20/,
    ],
    [
      "a limit next to paid pollers",
      { pollers: 5 },
      /^refuse: App\.Mapping\.ScalingConfig must be left out where ProvisionedPollerConfig is set, got 20/,
    ],
    [
      "a batch over 10 without a window",
      { batchSize: 11 },
      /^refuse: App\.Mapping\.BatchSize must be at most 10 without a window, got 11/,
    ],
  ])("rejects %s", (_, changed, line) => {
    expect(ofMapping(changed)).toEqual([expect.stringMatching(line)]);
  });

  it.each<[string, Partial<GuardedMapping>, RegExp]>([
    [
      "a visibility time-out under six function time-outs",
      { functionTimeoutSeconds: 66 },
      /^warn: App\.Mapping\.EventSourceArn should name .* 6 × the function's time-out \+ the window, 396, got 390/,
    ],
    [
      "a window that the visibility time-out leaves out",
      { batchWindowSeconds: 1 },
      /^warn: App\.Mapping\.EventSourceArn should name .*, 391, got 390/,
    ],
    [
      "a queue that gives messages up early",
      { queue: { ...QUEUE, maxReceiveCount: 4 } },
      /^warn: App\.Mapping\.EventSourceArn should name a queue that gives a message up after 5 receives or more, got 4/,
    ],
    [
      "a reservation that nothing keeps the polling below",
      { limit: undefined, reservedConcurrency: 50 },
      /^warn: App\.Mapping\.ScalingConfig should set a MaximumConcurrency where the function reserves 50, got null/,
    ],
    [
      "batches that fail as a whole",
      { reportsItemFailures: false },
      /^warn: App\.Mapping\.FunctionResponseTypes should be \["ReportBatchItemFailures"\], got null/,
    ],
  ])("warns of %s", (_, changed, line) => {
    expect(ofMapping(changed)).toEqual([expect.stringMatching(line)]);
  });

  it("accepts a limit that just uses up its reservation, and a batch of 11 with a window", () => {
    const queue = { ...QUEUE, visibilitySeconds: 391 };

    expect(ofMapping({ reservedConcurrency: 20 })).toEqual([]);
    expect(ofMapping({ queue, batchSize: 11, batchWindowSeconds: 1 })).toEqual([]);
  });

  it("judges by nothing that is known at deployment only", () => {
    const unknown = { queue: undefined, functionTimeoutSeconds: undefined, batchSize: undefined };

    expect(ofMapping({ ...unknown, batchWindowSeconds: undefined, limit: undefined })).toEqual([]);
  });

  it("accepts any time-out and window whose visibility follows AWS's advice", () => {
    fc.assert(
      fc.property(
        fc.integer({ min: 1, max: 900 }),
        fc.integer({ min: 0, max: 300 }),
        (timeoutSeconds, windowSeconds) => {
          const queue = { ...QUEUE, visibilitySeconds: 6 * timeoutSeconds + windowSeconds };

          expect(
            ofMapping({ queue, functionTimeoutSeconds: timeoutSeconds, batchWindowSeconds: windowSeconds }),
          ).toEqual([]);
        },
      ),
    );
  });
});

describe("guardFunction", () => {
  it("warns of more variables than Lambda takes", () => {
    expect(guardFunction("App.Function", { environmentBytes: 4_096 })).toEqual([]);
    expect(guardFunction("App.Function", { environmentBytes: 4_097 })).toMatchObject([
      { level: "warn", path: "App.Function.Environment", got: "about 4097" },
    ]);
  });
});

describe("the tables", () => {
  it("name each rule once", () => {
    const ids = [...QUEUE_GUARDS, ...MAPPING_GUARDS, ...FUNCTION_GUARDS].map(({ id }) => id);

    expect(new Set(ids).size).toBe(ids.length);
  });
});
