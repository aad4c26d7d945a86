import { expect, it } from "vitest";
import { lambdaProbe } from "../../../lambdas/scaler/lambda-probe.ts";
import { scriptedLambda } from "../../support/scripted-lambda.ts";

const FUNCTION = "arn:aws:lambda:us-east-1:123456789012:function:work";
const signal = new AbortController().signal;

it.each(["up", "down", "none"] as const)("hears that the downstream is %s", async (probe) => {
  const { client, calls } = await scriptedLambda(() => ({ body: { probe } }));

  expect(await lambdaProbe(client)(FUNCTION, signal)).toBe(probe);
  expect(calls).toEqual([{ call: `POST functions/${FUNCTION}/invocations`, body: { probe: true } }]);
});

it.each([
  ["the function failed", { headers: { "x-amz-function-error": "Unhandled" }, body: { probe: "up" } }],
  ["the function answers something else", { body: { batchItemFailures: [] } }],
  ["the function answers another word", { body: { probe: "maybe" } }],
  ["the answer is no JSON", { body: "down" }],
  ["the answer is no object", { body: "null" }],
  ["Lambda throttles", { status: 429, error: "TooManyRequestsException" }],
  ["the scaler may not ask", { status: 403, error: "AccessDeniedException" }],
])("says nothing of the downstream where %s", async (_, answer) => {
  const { client, calls } = await scriptedLambda(() => answer);

  expect(await lambdaProbe(client)(FUNCTION, signal)).toBe("unknown");
  expect(calls).toHaveLength(1);
});

it("says nothing of the downstream where the function takes longer than it is waited for", async () => {
  const asked = Promise.withResolvers<void>();
  const { client } = await scriptedLambda(() => {
    asked.resolve();
    return "silence";
  });
  const giveUp = new AbortController();

  const answer = lambdaProbe(client)(FUNCTION, giveUp.signal);
  await asked.promise;
  giveUp.abort();

  expect(await answer).toBe("unknown");
});
