import { expect, it, onTestFinished } from "vitest";
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

it("fails all invocations of a function that Node refuses to start, also where they waited together", async () => {
  const { settings: fine } = lambdaBench().functionOf("export const handler = () => 1;");
  const odd = { ...fine, name: "odd", variables: { NODE_OPTIONS: "--no-such-option" } };
  const pool = new EnvironmentPool({
    most: 10,
    mostLoading: 1,
    source: threadSource(),
    awsUrl: "http://127.0.0.1:1",
    clock: fakeClock(),
    onLog: () => undefined,
    onEvent: () => undefined,
  });
  onTestFinished(() => pool.stop());

  // The first is loaded before anything else may be.
  const [, ...failed] = await Promise.all([pool.take(fine), pool.take(odd), pool.take(odd), pool.take(odd)]);

  const refused = { errorType: "Runtime.ExitError", errorMessage: expect.stringContaining("--no-such-option") };
  expect(failed).toMatchObject([refused, refused, refused]);
});
