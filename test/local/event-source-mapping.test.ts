import { describe, expect, it } from "vitest";
import { EventSourceMapping } from "../../lib/local/event-source-mapping.ts";
import type { LocalEventBody } from "../../lib/local/events.ts";
import type { InvocationResult } from "../../lib/local/lambda/result.ts";
import type { MappingSettings } from "../../lib/local/world.ts";
import { type FakeClock, fakeClock } from "../support/fake-clock.ts";
import { type MemoryQueue, memoryQueue } from "../support/memory-queue.ts";

const SETTINGS: MappingSettings = {
  id: "mapping",
  queue: { name: "jobs", visibilityTimeoutSeconds: 60 },
  queueArn: "arn:aws:sqs:us-east-1:000000000000:jobs",
  functionName: "worker",
  isEnabled: true,
  batchSize: 10,
  batchWindowSeconds: 0,
  reportsItemFailures: true,
  maximumConcurrency: undefined,
  provisioned: undefined,
};

type Invocation = { readonly bodies: readonly string[]; readonly answer: (result: InvocationResult) => void };

type Bench = {
  readonly clock: FakeClock;
  readonly queue: MemoryQueue;
  readonly mapping: EventSourceMapping;
  /** Invocations that wait for their answer. */
  readonly running: Invocation[];
  readonly events: LocalEventBody[];
  /** Answers all invocations, also those to come; returns how to stop that. */
  readonly answerAll: (result: InvocationResult) => void;
};

const start = (settings: Partial<MappingSettings> = {}): Bench => {
  const clock = fakeClock();
  const queue = memoryQueue(clock);
  const running: Invocation[] = [];
  const events: LocalEventBody[] = [];
  let standing: InvocationResult | undefined;
  const mapping = new EventSourceMapping({
    settings: { ...SETTINGS, ...settings },
    store: queue,
    wake: queue.wake,
    clock,
    onEvent: (event) => events.push(event),
    invoke: (payload) =>
      new Promise((answer) => {
        const { Records: records }: { Records: readonly { body: string }[] } = JSON.parse(payload);
        if (standing !== undefined) answer(standing);
        else running.push({ bodies: records.map(({ body }) => body), answer });
      }),
  });
  mapping.start();
  const answerAll = (result: InvocationResult): void => {
    standing = result;
    for (const { answer } of running.splice(0)) answer(result);
  };
  return { clock, queue, mapping, running, events, answerAll };
};

const succeeded = (response: unknown = null): InvocationResult => ({
  kind: "succeeded",
  payload: JSON.stringify(response),
});

const failed: InvocationResult = {
  kind: "failed",
  error: { errorType: "Error", errorMessage: "boom", trace: [] },
};

const numbers = (count: number): readonly string[] =>
  Array.from({ length: count }, (_, n) => String(n).padStart(4, "0"));

describe("a mapping's batches", () => {
  it("are as large as the batch size, and deleted when the function succeeds", async () => {
    const { clock, queue, running, answerAll } = start({ batchSize: 2 });
    queue.send("a", "b", "c");
    await clock.pass(0);

    const bodies = running.map((invocation) => invocation.bodies);
    answerAll(succeeded());
    await clock.pass(0);

    expect(bodies).toEqual([["a", "b"], ["c"]]);
    expect(queue.deleted()).toEqual(["a", "b", "c"]);
  });

  it("keep the messages that the function reports as failed", async () => {
    const { clock, queue, answerAll } = start();
    answerAll(succeeded({ batchItemFailures: [{ itemIdentifier: "id-b" }] }));
    queue.send("a", "b", "c");
    await clock.pass(0);

    expect(queue.deleted()).toEqual(["a", "c"]);
  });

  it.each([
    { what: "fails", result: failed },
    { what: "names an unknown message", result: succeeded({ batchItemFailures: [{ itemIdentifier: "id-x" }] }) },
    { what: "answers with something else", result: succeeded("ok") },
  ])("keep all messages when the function $what", async ({ result }) => {
    const { clock, queue, answerAll } = start();
    answerAll(result);
    queue.send("a", "b");
    await clock.pass(0);

    expect(queue.deleted()).toEqual([]);
  });

  it("are deleted whatever the answer where item failures are not reported", async () => {
    const { clock, queue, answerAll } = start({ reportsItemFailures: false });
    answerAll(succeeded({ batchItemFailures: [{ itemIdentifier: "id-a" }] }));
    queue.send("a");
    await clock.pass(0);

    expect(queue.deleted()).toEqual(["a"]);
  });

  it("over 10 messages are gathered from several receives, until the window closes", async () => {
    const { clock, queue, running } = start({ batchSize: 25, batchWindowSeconds: 5, maximumConcurrency: 2 });
    queue.send(...numbers(12));
    await clock.pass(3_000);
    const early = running.length;
    queue.send("late");

    await clock.pass(2_000);

    expect(early).toBe(0);
    expect(running.flatMap(({ bodies }) => bodies).toSorted()).toEqual([...numbers(12), "late"]);
    expect(running.length).toBeLessThanOrEqual(2);
  });

  it("go as soon as they are full, however long the window", async () => {
    const { clock, queue, running } = start({ batchSize: 25, batchWindowSeconds: 300, provisioned: ONE_POLLER });
    queue.send(...numbers(250));
    await clock.pass(0);

    expect(running.map(({ bodies }) => bodies.length)).toContain(25);
  });

  it("are not received while the mapping is disabled", async () => {
    const { clock, queue, running, mapping } = start({ isEnabled: false });
    queue.send("a");
    await clock.pass(60_000);

    expect(running).toEqual([]);
    expect(queue.waiting()).toBe(0);
    expect(mapping.allowed).toBe(0);
  });
});

const ONE_POLLER = { minimumPollers: 1, maximumPollers: 1 };

describe("a mapping's concurrency", () => {
  it("starts with 5 invocations and grows by 300 a minute while there are messages", async () => {
    const { clock, queue, running, events } = start();
    queue.send(...numbers(10_000));
    await clock.pass(0);
    const first = running.length;

    await clock.pass(60_000);

    expect(first).toBe(5);
    expect(running.length).toBeGreaterThan(300);
    expect(running.length).toBeLessThanOrEqual(305);
    expect(events[0]).toEqual({ kind: "mapping-scaled", functionName: "worker", queueName: "jobs", allowed: 6 });
  });

  it("never passes the mapping's limit", async () => {
    const { clock, queue, running } = start({ maximumConcurrency: 7 });
    queue.send(...numbers(1_000));
    await clock.pass(60_000);

    expect(running.length).toBe(7);
  });

  it("gives back what an empty queue does not need, and lets what runs end", async () => {
    const { clock, queue, running, mapping, answerAll } = start();
    queue.send(...numbers(600));
    await clock.pass(5_000);
    const grown = mapping.allowed;
    const atWork = running.length;
    answerAll(succeeded());

    await clock.pass(180_000);

    expect(grown).toBeGreaterThan(20);
    expect(atWork).toBe(grown);
    expect(mapping.allowed).toBe(2);
    expect(queue.deleted()).toHaveLength(600);
    expect(queue.waiting()).toBe(2);
  });

  it("sinks with failing invocations", async () => {
    const { clock, queue, mapping, answerAll } = start();
    queue.send(...numbers(500));
    await clock.pass(5_000);
    const before = mapping.allowed;

    answerAll(failed);
    await clock.pass(200);

    expect(mapping.allowed).toBeLessThan(before);
  });

  it("counts failures that the function reports per message as success", async () => {
    const { clock, queue, mapping, answerAll } = start();
    answerAll(succeeded({ batchItemFailures: [{ itemIdentifier: "id-0001" }] }));
    queue.send("0001");
    await clock.pass(200);

    expect(mapping.allowed).toBe(5);
  });
});

describe("a throttled batch", () => {
  const throttled: InvocationResult = { kind: "throttled" };

  it("is tried again until there is concurrency", async () => {
    const { clock, queue, running, answerAll } = start();
    queue.send("a");
    await clock.pass(0);
    running.pop()?.answer(throttled);
    await clock.pass(99);
    const early = running.length;
    await clock.pass(1);
    const again = running.map(({ bodies }) => bodies);
    answerAll(succeeded());
    await clock.pass(0);

    expect(early).toBe(0);
    expect(again).toEqual([["a"]]);
    expect(queue.deleted()).toEqual(["a"]);
  });

  it("is given up before its messages are visible to others", async () => {
    const { clock, queue, answerAll } = start({ queue: { name: "jobs", visibilityTimeoutSeconds: 4 } });
    answerAll(throttled);
    queue.send("a");
    await clock.pass(4_000);

    answerAll(succeeded());
    await clock.pass(60_000);

    expect(queue.deleted()).toEqual([]);
  });

  it("makes the mapping sink", async () => {
    const { clock, queue, mapping, answerAll } = start();
    queue.send(...numbers(500));
    await clock.pass(5_000);
    const before = mapping.allowed;
    answerAll(throttled);

    await clock.pass(1_000);

    expect(mapping.allowed).toBeLessThan(before);
  });
});

describe("a mapping whose settings change", () => {
  it("runs no more than a new limit allows, while what runs goes on", async () => {
    const { clock, queue, mapping, running, events } = start({ batchSize: 1 });
    queue.send(...numbers(1_000));
    await clock.pass(5_000);
    const before = running.length;

    mapping.change({ ...mapping.settings, maximumConcurrency: 4 });
    for (const { answer } of running.splice(0)) answer(succeeded());
    await clock.pass(60_000);

    expect(before).toBeGreaterThan(20);
    expect(running.length).toBe(4);
    expect(mapping.running).toBe(4);
    expect(events.at(-1)).toEqual({ kind: "mapping-scaled", functionName: "worker", queueName: "jobs", allowed: 4 });
  });

  it("grows again when its limit is removed", async () => {
    const { clock, queue, mapping, running } = start({ batchSize: 1, maximumConcurrency: 2 });
    queue.send(...numbers(1_000));
    await clock.pass(1_000);
    const before = running.length;

    mapping.change({ ...mapping.settings, maximumConcurrency: undefined });
    await clock.pass(12_000);

    expect(before).toBe(2);
    expect(running.length).toBeGreaterThan(50);
  });

  it("receives nothing any more when it is disabled, and hands over what it has", async () => {
    const { clock, queue, mapping, running, events } = start({ batchSize: 1 });
    queue.send("a");
    await clock.pass(0);

    mapping.change({ ...mapping.settings, isEnabled: false });
    await clock.pass(0);
    queue.send("b");
    await clock.pass(60_000);
    const bodies = running.map((invocation) => invocation.bodies);
    running[0]?.answer(succeeded());
    await clock.pass(0);

    expect(bodies).toEqual([["a"]]);
    expect(queue.deleted()).toEqual(["a"]);
    expect(queue.waiting()).toBe(0);
    expect(mapping.allowed).toBe(0);
    expect(events).toEqual([{ kind: "mapping-scaled", functionName: "worker", queueName: "jobs", allowed: 0 }]);
    expect(clock.waiting()).toBe(0);
  });

  it("tries a throttled batch again though it is disabled", async () => {
    const { clock, queue, mapping, answerAll } = start();
    answerAll({ kind: "throttled" });
    queue.send("a");
    await clock.pass(0);

    mapping.change({ ...mapping.settings, isEnabled: false });
    await clock.pass(1_000);
    answerAll(succeeded());
    await clock.pass(5_000);

    expect(queue.deleted()).toEqual(["a"]);
  });

  it("starts anew when it is enabled again, with what was sent meanwhile", async () => {
    const { clock, queue, mapping, running, answerAll } = start({ batchSize: 1 });
    queue.send(...numbers(200));
    await clock.pass(10_000);
    const grown = mapping.allowed;
    mapping.change({ ...mapping.settings, isEnabled: false });
    answerAll(succeeded());
    await clock.pass(1_000);
    const done = queue.deleted().length;

    mapping.change({ ...mapping.settings, isEnabled: true });
    const allowed = mapping.allowed;
    await clock.pass(60_000);

    expect(grown).toBeGreaterThan(50);
    expect(done).toBe(grown);
    expect(allowed).toBe(5);
    expect(running).toEqual([]);
    expect(queue.deleted()).toEqual(numbers(200));
  });

  it("takes larger batches from the next receive on", async () => {
    const { clock, queue, mapping, running } = start({ batchSize: 1, maximumConcurrency: 2 });
    queue.send(...numbers(12));
    await clock.pass(0);

    mapping.change({ ...mapping.settings, batchSize: 10 });
    for (const { answer } of running.splice(0)) answer(succeeded());
    await clock.pass(0);

    expect(running.map(({ bodies }) => bodies.length)).toContain(10);
  });

  it("never starts again once it has ended", async () => {
    const { clock, queue, mapping, running } = start();
    mapping.stopPolling();
    await clock.pass(0);

    mapping.change({ ...mapping.settings, maximumConcurrency: 2 });
    queue.send("a");
    await clock.pass(60_000);

    expect(running).toEqual([]);
    expect(clock.waiting()).toBe(0);
  });
});

describe("a mapping that stops polling", () => {
  it("runs what it has received, and no more", async () => {
    const { clock, queue, mapping, running, answerAll } = start({ batchSize: 1 });
    queue.send("a");
    await clock.pass(0);
    mapping.stopPolling();
    queue.wake();
    await clock.pass(0);
    queue.send("b");
    const drained = mapping.drained();
    await clock.pass(0);
    const bodies = running.map((invocation) => invocation.bodies);
    answerAll(succeeded());

    await drained;

    expect(bodies).toEqual([["a"]]);
    expect(queue.deleted()).toEqual(["a"]);
    expect(clock.waiting()).toBe(0);
  });

  it("gives up a batch that waits for concurrency", async () => {
    const { clock, queue, mapping, answerAll } = start();
    queue.send("a");
    answerAll({ kind: "throttled" });
    await clock.pass(0);

    mapping.stopPolling();
    queue.wake();
    await mapping.drained();

    expect(queue.deleted()).toEqual([]);
    expect(clock.waiting()).toBe(0);
  });
});
