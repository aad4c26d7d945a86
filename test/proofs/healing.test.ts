import {
  InvokeCommand,
  LambdaClient,
  ListEventSourceMappingsCommand,
  UpdateEventSourceMappingCommand,
} from "@aws-sdk/client-lambda";
import { describe, expect, it, onTestFinished } from "vitest";
import { WORKER_VARIABLES } from "../../lib/core/environment.ts";
import type { CallEffect } from "../../lib/local/faults/fault-plan.ts";
import type { LocalEvent } from "../../lib/local/server.ts";
import { clientOptions } from "../support/client-options.ts";
import { TEST_JOBS, type TestRun, testRun } from "../support/embedded-run.ts";
import { until } from "../support/until.ts";

/** What the stage says, and a deployment sets anew. */
const CEILING = 20;

type Stage = TestRun & {
  readonly lambda: LambdaClient;
  readonly scaler: string;
  /** Looks that the scaler has begun, by the lines of its log. */
  readonly events: readonly LocalEvent[];
};

const startStage = async (does?: CallEffect): Promise<Stage> => {
  const events: LocalEvent[] = [];
  const fault = { name: "killed", at: "call", calls: ["Lambda UpdateEventSourceMapping"], rate: 0.4 } as const;
  const test = await testRun(
    { auth: "public", jobTypes: { nap: { batchSize: 1, parallel: 1, maxConcurrency: CEILING } } },
    {
      jobsFolder: TEST_JOBS,
      accountConcurrency: 60,
      mappingUpdateMs: 500,
      onEvent: (event) => events.push(event),
      // With this seed the first call meets the fault, and the next three do not.
      faults: does === undefined ? undefined : { seed: 7, faults: [{ ...fault, does }] },
    },
  );
  const lambda = new LambdaClient(clientOptions(test.run.awsUrl));
  onTestFinished(async () => {
    lambda.destroy();
    await test.stop();
  });
  const worker = test.run.observe()[0]?.functionName ?? "";
  return {
    ...test,
    lambda,
    events,
    scaler: test.run.variablesOf(worker)[WORKER_VARIABLES.scalerFunction] ?? "",
  };
};

const looksSince = ({ events, scaler }: Stage, atMs: number): number =>
  events.filter((event) => event.kind === "invocation-started" && event.functionName === scaler && event.atMs >= atMs)
    .length;

const changesOf = ({ logs }: Stage): number => logs.join("").split('"queue.changed"').length - 1;

describe.each(["crash-before", "crash-after"] as const)("a scaler that dies at its change (%s)", (kind) => {
  it("is followed by one that makes the change, within two looks", async () => {
    const stage = await startStage({ kind });
    const { run, events } = stage;

    await stage.post("/queues/nap/limit", { limit: 5 });
    await until(() => events.some((event) => event.kind === "fault-injected"));
    const died = events.find((event) => event.kind === "fault-injected")?.atMs ?? Number.NaN;
    await until(() => run.observe()[0]?.limit === 5 && looksSince(stage, died) > 0);

    expect(looksSince(stage, died)).toBeLessThanOrEqual(2);
    await stage.post("/queues/nap/resume", "");
    await until(() => run.observe()[0]?.limit === CEILING);
  });
});

describe("two scalers at once", () => {
  it("make each change once, and agree", async () => {
    const stage = await startStage();
    const { lambda, scaler, run } = stage;
    const look = () => lambda.send(new InvokeCommand({ FunctionName: scaler, Payload: "{}" }));

    for (const limit of [4, 9, 3, 12, 6]) {
      const before = changesOf(stage);
      // The api wakes one more.
      await Promise.all([stage.post("/queues/nap/limit", { limit }), look(), look(), look()]);
      await until(() => run.observe()[0]?.limit === limit && run.observe()[0]?.state === "Enabled");
      await look();

      expect(changesOf(stage) - before).toBe(1);
      expect(run.observe()[0]).toMatchObject({ limit, isEnabled: true });
    }
  });
});

describe("a deployment that resets the mapping", () => {
  it("is undone within two looks where the queue is paused by hand", async () => {
    const stage = await startStage();
    const { lambda, run } = stage;
    await stage.post("/queues/nap/pause", "");
    await until(() => run.observe()[0]?.state === "Disabled");
    const { EventSourceMappings } = await lambda.send(new ListEventSourceMappingsCommand({}));
    const [{ UUID } = { UUID: "" }] = EventSourceMappings ?? [];

    const resetMs = Date.now();
    const reset = { UUID, Enabled: true, ScalingConfig: { MaximumConcurrency: CEILING } };
    await lambda.send(new UpdateEventSourceMappingCommand(reset));
    await until(() => run.observe()[0]?.state === "Enabled");
    await until(() => run.observe()[0]?.state === "Disabled");

    expect(looksSince(stage, resetMs)).toBeLessThanOrEqual(2);
  });
});
