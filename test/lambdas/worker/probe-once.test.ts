import { basename } from "node:path";
import { describe, expect, it } from "vitest";
import { answerEvent } from "../../../lambdas/worker/answer-event.ts";
import { probeOnce } from "../../../lambdas/worker/probe-once.ts";
import { bundle } from "../../../lib/constructs/node-bundle.ts";
import { WORKER_VARIABLES } from "../../../lib/core/environment.ts";
import type { JobTypeModule } from "../../../lib/core/job-type.ts";
import { envelope } from "../../support/claimed.ts";
import { lambdaBench } from "../../support/lambda-bench.ts";
import { message, setUp } from "../../support/worker-setup.ts";

const PLENTY_MS = 60_000;

const probing = (probe: JobTypeModule["probe"], remainingMs = PLENTY_MS) => {
  const test = setUp(async () => "done", {}, probe === undefined ? {} : { probe });
  return { ...test, answer: probeOnce(test.worker, () => remainingMs) };
};

describe("a worker that is asked whether the downstream is back", () => {
  it("says up where the job type's probe resolves, whatever it brings", async () => {
    expect(await probing(async () => false).answer).toEqual({ probe: "up" });
  });

  it.each([
    ["rejects", () => Promise.reject(new Error("503"))],
    [
      "throws",
      () => {
        throw new Error("503");
      },
    ],
  ])("says down, and logs why, where the probe %s", async (_, probe) => {
    const { answer, log } = probing(probe);

    expect(await answer).toEqual({ probe: "down" });
    expect(log).toEqual([["probe.down", { reason: expect.objectContaining({ message: "503" }) }]]);
  });

  it("says none where the job type has no probe", async () => {
    expect(await probing(undefined).answer).toEqual({ probe: "none" });
  });

  it("gives the probe a signal, a log and the environment", async () => {
    let seen: unknown;
    const { answer, log } = probing(async ({ signal, environment, log: write }) => {
      seen = { isAborted: signal.aborted, COLOUR: environment.COLOUR };
      write("looked");
    });
    await answer;

    expect(seen).toEqual({ isAborted: false, COLOUR: "blue" });
    expect(log).toEqual([["looked", { probe: true }]]);
  });

  it.each([
    ["10 seconds", PLENTY_MS, 10_000],
    ["what the invocation has left, less half a second", 4_000, 3_500],
  ])("says down after %s, though the probe does not heed its signal", async (_, remainingMs, limitMs) => {
    let signal: AbortSignal | undefined;
    const { answer, clock } = probing((job) => {
      signal = job.signal;
      return new Promise(() => undefined);
    }, remainingMs);
    let isOver = false;
    void answer.then(() => {
      isOver = true;
    });

    await clock.pass(limitMs - 1);
    const before = { isOver, isAborted: signal?.aborted };
    await clock.pass(1);

    expect(before).toEqual({ isOver: false, isAborted: false });
    expect(await answer).toEqual({ probe: "down" });
    expect(signal?.aborted).toBe(true);
    expect(clock.waiting()).toBe(0);
  });
});

describe("a worker's handler", () => {
  const context = { getRemainingTimeInMillis: () => PLENTY_MS } as Parameters<ReturnType<typeof answerEvent>>[1];

  it("tells a probe from a batch of the queue", async () => {
    const { worker, records, scaling } = setUp(async () => "done", {}, { probe: async () => undefined });
    const job = envelope();
    const handler = answerEvent(worker);

    expect(await handler({ probe: true }, context)).toEqual({ probe: "up" });
    expect(scaling.written).toEqual([]);
    expect(await handler({ Records: [message(job)] }, context)).toEqual({ batchItemFailures: [] });
    expect(records.records.get(job.id)?.status).toBe("succeeded");
  });

  it("answers a probe as it is bundled for Lambda", async () => {
    const bench = lambdaBench();
    const entry = `
      import { serveWorker } from "./lambdas/worker/handler.ts";
      import * as job from "./test/support/jobs/echo.ts";
      const probe = async ({ environment }) => {
        if (environment.IS_UP !== "true") throw new Error("still down");
      };
      export const handler = serveWorker({ ...job, probe }, import.meta.url);`;
    const code = Object.fromEntries(bundle(entry).map(({ path, text }) => [basename(path), text]));
    const variables = Object.fromEntries(Object.values(WORKER_VARIABLES).map((name) => [name, "9"]));

    const up = bench.functionOf(code, { name: "up", variables: { ...variables, IS_UP: "true" } });
    const down = bench.functionOf(code, { name: "down", variables });

    expect(await up.invoke('{"probe":true}')).toMatchObject({ kind: "succeeded", payload: '{"probe":"up"}' });
    expect(await down.invoke('{"probe":true}')).toMatchObject({ kind: "succeeded", payload: '{"probe":"down"}' });
  });
});
