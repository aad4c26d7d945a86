import { LambdaClient } from "@aws-sdk/client-lambda";
import { describe, expect, it } from "vitest";
import { scalerWaker } from "../../../lambdas/shared/scaler-waker.ts";
import { clientOptions } from "../../support/client-options.ts";
import { serveAnswer } from "../../support/local-server.ts";

const clientOf = (endpoint: string): LambdaClient => new LambdaClient({ ...clientOptions(endpoint), maxAttempts: 1 });

describe("the call that wakes the scaler", () => {
  it("invokes its function asynchronously, with the job type", async () => {
    const { url, seen } = await serveAnswer(202);

    await scalerWaker("pipeline-scaler", "echo", clientOf(url))(new AbortController().signal);

    expect(seen).toMatchObject([
      { method: "POST", url: "/2015-03-31/functions/pipeline-scaler/invocations", body: '{"wake":"echo"}' },
    ]);
    expect(seen[0]?.headers["x-amz-invocation-type"]).toBe("Event");
  });

  it("fails where Lambda refuses it, and where it is given up", async () => {
    const { url } = await serveAnswer(403, { "x-amzn-errortype": "AccessDeniedException" }, '{"Message":"no"}');
    const wake = scalerWaker("pipeline-scaler", "echo", clientOf(url));

    await expect(wake(new AbortController().signal)).rejects.toMatchObject({ name: "AccessDeniedException" });
    await expect(wake(AbortSignal.abort())).rejects.toThrow();
  });
});
