import { expect, it } from "vitest";
import { lambdaAccount } from "../../../lambdas/scaler/lambda-account.ts";
import { fakeClock } from "../../support/fake-clock.ts";
import { type LambdaAnswer, scriptedLambda } from "../../support/scripted-lambda.ts";

const signal = new AbortController().signal;

const settings = (ConcurrentExecutions: number, UnreservedConcurrentExecutions?: number): LambdaAnswer => ({
  body: { AccountLimit: { ConcurrentExecutions, UnreservedConcurrentExecutions } },
});

it("asks Lambda for the account's concurrency once in five minutes", async () => {
  const clock = fakeClock();
  const { client, calls } = await scriptedLambda((_, index) => settings(1_000, 900 - index));
  const account = lambdaAccount(client, clock);

  expect(await account(signal)).toEqual({ concurrency: 1_000, unreserved: 900 });
  await clock.pass(299_999);
  expect(await account(signal)).toEqual({ concurrency: 1_000, unreserved: 900 });
  await clock.pass(1);
  expect(await account(signal)).toEqual({ concurrency: 1_000, unreserved: 899 });

  expect(calls.map(({ call }) => call)).toEqual(["GET account-settings", "GET account-settings"]);
});

it("counts all as unreserved where Lambda does not tell", async () => {
  const { client } = await scriptedLambda(() => settings(10));

  expect(await lambdaAccount(client, fakeClock())(signal)).toEqual({ concurrency: 10, unreserved: 10 });
});

it("goes by what it knew where Lambda fails, and throws where it knows nothing", async () => {
  const clock = fakeClock();
  const { client } = await scriptedLambda((_, index) =>
    index === 1 ? settings(10, 10) : { status: 403, error: "AccessDeniedException" },
  );
  const account = lambdaAccount(client, clock);

  await expect(account(signal)).rejects.toThrow("AccessDeniedException");
  expect(await account(signal)).toEqual({ concurrency: 10, unreserved: 10 });
  await clock.pass(300_000);
  expect(await account(signal)).toEqual({ concurrency: 10, unreserved: 10 });
});
