import { CreateQueueCommand, SendMessageCommand, SQSClient } from "@aws-sdk/client-sqs";
import { describe, expect, it, onTestFinished } from "vitest";
import type { MessageFault } from "../../../lib/local/faults/fault-plan.ts";
import { type Store, startStore } from "../../../lib/local/wire/store.ts";

type Bench = {
  readonly store: Store;
  readonly reported: readonly string[];
  /** Resolves with the next report. */
  readonly reportedNext: () => Promise<string>;
};

/** A queue with one message, every message of which meets the fault. */
const queueWith = async (does: MessageFault["does"], withinMs = 0, bodyMatches?: string): Promise<Bench> => {
  const reported: string[] = [];
  let next = Promise.withResolvers<string>();
  const onFault = (name: string, where: string): void => {
    reported.push(`${name}: ${where}`);
    next.resolve(name);
    next = Promise.withResolvers();
  };
  const fault: MessageFault = { at: "message", name: "fault", rate: 1, does, withinMs };
  const plan = { seed: 1, faults: [bodyMatches === undefined ? fault : { ...fault, bodyMatches }] };
  const store = await startStore(0, () => undefined, { plan, onFault, onCrash: () => undefined });
  onTestFinished(() => store.stop());
  const credentials = { accessKeyId: "test", secretAccessKey: "test" };
  const client = new SQSClient({ endpoint: store.url, region: "us-east-1", credentials });
  onTestFinished(() => client.destroy());
  const { QueueUrl } = await client.send(new CreateQueueCommand({ QueueName: "jobs" }));
  await client.send(new SendMessageCommand({ QueueUrl, MessageBody: "a" }));
  return { store, reported, reportedNext: () => next.promise };
};

describe("a received message", () => {
  it("is delivered again to a receive that waits, with a receipt handle of its own", async () => {
    const { store, reported } = await queueWith("duplicate");

    const [first] = await store.receive("jobs", 10, 1_000);
    const [second] = [...(await store.receive("jobs", 10, 5_000)), ...(await store.receive("jobs", 10, 0))];

    expect(second).toMatchObject({ messageId: first?.messageId, body: "a" });
    expect(second?.receiptHandle).not.toBe(first?.receiptHandle);
    expect(reported).toEqual(["fault: jobs"]);
  });

  it("and its copy are deleted each for itself", async () => {
    const { store, reportedNext } = await queueWith("duplicate");
    const reports = reportedNext();
    const [first] = await store.receive("jobs", 10, 1_000);
    await reports;
    const [second] = await store.receive("jobs", 10, 1_000);

    await store.remove("jobs", [first?.receiptHandle ?? ""]);
    const counted = await inFlight(store, 1);
    await store.remove("jobs", [second?.receiptHandle ?? ""]);

    expect(counted).toBe(1);
    expect(await inFlight(store, 0)).toBe(0);
  });

  it("is visible again before its time is over", async () => {
    const { store, reportedNext } = await queueWith("reappear");
    const reports = reportedNext();
    const [first] = await store.receive("jobs", 10, 1_000);
    await reports;

    const [second] = await store.receive("jobs", 10, 1_000);

    expect(second?.messageId).toBe(first?.messageId);
    expect(second?.attributes.ApproximateReceiveCount).toBe("2");
  });

  it.each([
    ["^a$", 1],
    ["b", 0],
  ])("meets faults for bodies like its own: %s", async (bodyMatches, count) => {
    const { store } = await queueWith("reappear", 0, bodyMatches);
    await store.receive("jobs", 10, 1_000);

    expect(await store.receive("jobs", 10, 300)).toHaveLength(count);
  });

  it("that was deleted meets nothing", async () => {
    const { store, reported } = await queueWith("reappear", 200);
    const [first] = await store.receive("jobs", 10, 1_000);
    await store.remove("jobs", [first?.receiptHandle ?? ""]);

    const again = await store.receive("jobs", 10, 300);

    expect(again).toEqual([]);
    expect(reported).toEqual([]);
  });
});

/** Looks until the queue's count is this, as the store tells it now and then. */
const inFlight = async (store: Store, expected: number): Promise<number> => {
  while (store.depthOf("jobs").inFlight !== expected) await new Promise((resolve) => setTimeout(resolve, 20));
  return store.depthOf("jobs").inFlight;
};
