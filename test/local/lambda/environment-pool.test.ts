import { expect, it } from "vitest";
import { EnvironmentPool } from "../../../lib/local/lambda/environment-pool.ts";
import { threadSource } from "../../../lib/local/lambda/thread-source.ts";
import { fakeClock } from "../../support/fake-clock.ts";
import { lambdaBench } from "../../support/lambda-bench.ts";

it("ends environments that have had nothing to do for a minute", async () => {
  const { settings } = lambdaBench().functionOf("export const handler = () => 1;");
  const clock = fakeClock();
  const { promise, resolve } = Promise.withResolvers<unknown>();
  const pool = new EnvironmentPool({
    most: 2,
    mostLoading: 2,
    source: threadSource(),
    awsUrl: "http://127.0.0.1:1",
    clock,
    onLog: () => undefined,
    onEvent: (event) => {
      if (event.kind === "environment-ended") resolve(event);
    },
  });
  const environment = await pool.take(settings);
  if ("errorType" in environment) throw new Error(environment.errorMessage);
  pool.giveBack(environment);

  await clock.pass(59_000);
  const before = pool.countOf("worker");
  await clock.pass(6_000);

  expect(before).toBe(1);
  expect(pool.countOf("worker")).toBe(0);
  expect(await promise).toEqual({ kind: "environment-ended", functionName: "worker", reason: "idle" });
  await pool.stop();
});
