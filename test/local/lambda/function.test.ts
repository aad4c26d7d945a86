import { describe, expect, it } from "vitest";
import { lambdaBench } from "../../support/lambda-bench.ts";

const SUCCEEDED = (value: unknown): object => ({ kind: "succeeded", payload: JSON.stringify(value) });

const FAILED = (errorType: string, errorMessage: unknown = expect.any(String)): object => ({
  kind: "failed",
  error: expect.objectContaining({ errorType, errorMessage }),
});

describe("a function", () => {
  it("answers with what its handler returns", async () => {
    const double = lambdaBench().functionOf("export const handler = async ({ n }) => ({ n: n * 2 });");

    expect(await double.invoke('{"n":21}')).toEqual(SUCCEEDED({ n: 42 }));
  });

  it("answers null where its handler returns nothing", async () => {
    const silent = lambdaBench().functionOf("export const handler = () => {};");

    expect(await silent.invoke("{}")).toEqual(SUCCEEDED(null));
  });

  it("sees Lambda's environment and its own variables, and nothing of this machine's", async () => {
    process.env.SECRET_OF_THIS_MACHINE = "x";
    const { functionOf } = lambdaBench();
    const own = functionOf("export const handler = () => process.env;", { variables: { OWN: "value" } });

    const result = await own.invoke("{}");

    const seen = result.kind === "succeeded" ? JSON.parse(result.payload) : {};
    expect(seen).toMatchObject({
      OWN: "value",
      AWS_REGION: "us-east-1",
      AWS_DEFAULT_REGION: "us-east-1",
      AWS_ENDPOINT_URL: "http://127.0.0.1:1",
      AWS_LAMBDA_FUNCTION_NAME: "worker",
      AWS_LAMBDA_FUNCTION_MEMORY_SIZE: "128",
      AWS_LAMBDA_LOG_GROUP_NAME: "/aws/lambda/worker",
      AWS_LAMBDA_LOG_STREAM_NAME: expect.stringMatching(/^\d{4}\/\d\d\/\d\d\/\[\$LATEST\][0-9a-f]{32}$/),
      LAMBDA_TASK_ROOT: own.settings.codeFolder,
      _HANDLER: "index.handler",
    });
    expect(seen).not.toHaveProperty("SECRET_OF_THIS_MACHINE");
    expect(seen).not.toHaveProperty("PATH");
  });

  it("gets a context with its time that is left", async () => {
    const { functionOf } = lambdaBench();
    const asking = functionOf(
      "export const handler = (event, context) => ({ ...context, leftMs: context.getRemainingTimeInMillis() });",
    );

    const result = await asking.invoke("{}");

    const context = result.kind === "succeeded" ? JSON.parse(result.payload) : {};
    expect(context).toMatchObject({
      awsRequestId: expect.stringMatching(/^[0-9a-f-]{36}$/),
      functionName: "worker",
      functionVersion: "$LATEST",
      invokedFunctionArn: "arn:aws:lambda:us-east-1:000000000000:function:worker",
      memoryLimitInMB: "128",
      logGroupName: "/aws/lambda/worker",
    });
    expect(context.leftMs).toBeGreaterThan(8_000);
    expect(context.leftMs).toBeLessThanOrEqual(10_000);
  });

  it("keeps its environment for the next invocation, also after an error", async () => {
    const { functionOf, events } = lambdaBench();
    const counting = functionOf(`
      let count = 0;
      export const handler = () => { count += 1; if (count === 2) throw new TypeError("second"); return count; };
    `);

    const results = [await counting.invoke("{}"), await counting.invoke("{}"), await counting.invoke("{}")];

    expect(results).toEqual([SUCCEEDED(1), FAILED("TypeError", "second"), SUCCEEDED(3)]);
    expect(events.filter(({ kind }) => kind === "environment-started")).toHaveLength(1);
  });

  it("runs invocations at once in environments of their own", async () => {
    const { functionOf } = lambdaBench();
    const alone = functionOf(`
      let running = 0;
      export const handler = async () => {
        running += 1;
        const seen = running;
        await new Promise((resolve) => setTimeout(resolve, 20));
        running -= 1;
        return seen;
      };
    `);

    const results = await Promise.all([1, 2, 3, 4].map(() => alone.invoke("{}")));

    expect(results).toEqual([1, 1, 1, 1].map(SUCCEEDED));
  });

  it("hands on what it prints, line by line", async () => {
    const { functionOf, logs } = lambdaBench();
    const printing = functionOf(`
      export const handler = async () => {
        console.log("one\\ntwo");
        console.error("three");
      };
    `);

    await printing.invoke("{}");

    const lines = (stream: string): readonly string[] =>
      logs.filter((line) => line.stream === stream).map(({ text }) => text);
    await expect.poll(() => lines("stdout")).toEqual(["one", "two"]);
    await expect.poll(() => lines("stderr")).toEqual(["three"]);
  });

  it("reports errors with where they came from, and nothing of what runs it", async () => {
    const { functionOf } = lambdaBench();
    const throwing = functionOf("export const handler = async () => { throw new RangeError('far'); };");

    const result = await throwing.invoke("{}");

    const trace = result.kind === "failed" ? result.error.trace.join("\n") : "";
    expect(result).toEqual(FAILED("RangeError", "far"));
    expect(trace).toMatch(/index\.mjs:1:/);
    expect(trace).not.toContain("data:text/javascript");
  });
});

describe("a function that goes wrong", () => {
  it("is killed at its time-out, and runs again in a new environment", async () => {
    const { functionOf, events } = lambdaBench();
    const hanging = functionOf("export const handler = ({ hang }) => { while (hang) {} return 'fine'; };", {
      timeoutSeconds: 1,
    });

    const results = [await hanging.invoke('{"hang":true}'), await hanging.invoke("{}")];

    expect(results).toEqual([
      FAILED(
        "Sandbox.Timedout",
        expect.stringMatching(/^RequestId: [0-9a-f-]{36} Error: Task timed out after 1\.00 seconds$/),
      ),
      SUCCEEDED("fine"),
    ]);
    expect(events).toContainEqual({ kind: "environment-ended", functionName: "worker", reason: "timed-out" });
  });

  it("loses its environment when it runs out of memory", async () => {
    const { functionOf, events } = lambdaBench();
    const greedy = functionOf(
      "const kept = []; export const handler = ({ eat }) => { while (eat) kept.push({ n: kept.length }); return 'fine'; };",
      { memoryMiB: 32 },
    );

    const results = [await greedy.invoke('{"eat":true}'), await greedy.invoke("{}")];

    expect(results).toEqual([FAILED("Runtime.OutOfMemory"), SUCCEEDED("fine")]);
    expect(events).toContainEqual({ kind: "environment-ended", functionName: "worker", reason: "out-of-memory" });
  });

  it.each([
    {
      what: "exits",
      code: "process.exit(3);",
      type: "Runtime.ExitError",
      message: /exited with error: exit status 3$/,
    },
    {
      what: "exits well",
      code: "process.exit(0);",
      type: "Runtime.ExitError",
      message: /exited without providing a reason$/,
    },
    {
      what: "throws where nobody catches",
      code: "setTimeout(() => { throw new RangeError('lost'); }); await new Promise(() => {});",
      type: "RangeError",
      message: /^lost$/,
    },
    {
      what: "leaves a rejection unhandled",
      code: "Promise.reject(new Error('alone')); await new Promise(() => {});",
      type: "Runtime.UnhandledPromiseRejection",
      message: /^alone$/,
    },
  ])("fails and loses its environment when it $what", async ({ code, type, message }) => {
    const { functionOf, events } = lambdaBench();
    const breaking = functionOf(`export const handler = async ({ go }) => { if (go) return "fine"; ${code} };`);

    const results = [await breaking.invoke("{}"), await breaking.invoke('{"go":true}')];

    expect(results).toEqual([FAILED(type, expect.stringMatching(message)), SUCCEEDED("fine")]);
    expect(events).toContainEqual({ kind: "environment-ended", functionName: "worker", reason: "crashed" });
  });

  it.each([
    { what: "throws", code: "throw new SyntaxError('no way');", type: "SyntaxError", message: "no way" },
    {
      what: "exports no handler",
      code: "export const other = 1;",
      type: "Runtime.HandlerNotFound",
      message: "handler is undefined or not exported",
    },
  ])("fails each invocation when its module $what", async ({ code, type, message }) => {
    const { functionOf, events } = lambdaBench();
    const broken = functionOf(code);

    const results = [await broken.invoke("{}"), await broken.invoke("{}")];

    expect(results).toEqual([FAILED(type, message), FAILED(type, message)]);
    expect(events.filter((event) => event.kind === "environment-ended")).toEqual([
      { kind: "environment-ended", functionName: "worker", reason: "init-failed" },
      { kind: "environment-ended", functionName: "worker", reason: "init-failed" },
    ]);
  });

  it("fails when Node refuses its NODE_OPTIONS", async () => {
    const { functionOf } = lambdaBench();
    const odd = functionOf("export const handler = () => 1;", { variables: { NODE_OPTIONS: "--no-such-option" } });

    expect(await odd.invoke("{}")).toEqual(FAILED("Runtime.ExitError", expect.stringContaining("--no-such-option")));
  });

  it("fails with an answer that is too large, and refuses a request that is", async () => {
    const { functionOf } = lambdaBench();
    const wide = functionOf("export const handler = ({ n }) => 'x'.repeat(n);");

    const answer = await wide.invoke('{"n":7000000}');
    const request = await wide.invoke(JSON.stringify("x".repeat(7_000_000)));

    expect(answer).toEqual(FAILED("Function.ResponseSizeTooLarge"));
    expect(request).toEqual(FAILED("RequestEntityTooLargeException"));
  });
});

const WAITING = `
  export const handler = ({ ms }) => new Promise((resolve) => setTimeout(() => resolve("done"), ms));
`;

describe("concurrency", () => {
  it("throttles what passes the account's", async () => {
    const { functionOf, events } = lambdaBench(2);
    const slow = functionOf(WAITING);

    const results = await Promise.all([1, 2, 3].map(() => slow.invoke('{"ms":50}')));

    expect(results).toEqual([SUCCEEDED("done"), SUCCEEDED("done"), { kind: "throttled" }]);
    expect(events).toContainEqual({ kind: "invocation-throttled", functionName: "worker" });
    expect(await slow.invoke('{"ms":0}')).toEqual(SUCCEEDED("done"));
  });

  it("lets a function have what it reserves, and no more", async () => {
    const { functionOf } = lambdaBench(3, new Map([["reserving", 1]]));
    const reserving = functionOf(WAITING, { name: "reserving" });
    const others = functionOf(WAITING, { name: "others" });
    const invoke = (ms: number): readonly Promise<unknown>[] =>
      [others, others, others, reserving, reserving].map((one) => one.invoke(`{"ms":${ms}}`));

    const results = await Promise.all(invoke(50));

    expect(results).toEqual([
      SUCCEEDED("done"),
      SUCCEEDED("done"),
      { kind: "throttled" },
      SUCCEEDED("done"),
      { kind: "throttled" },
    ]);
  });

  it("gives the place of an idle environment to a function that needs it", async () => {
    const { functionOf, pool, events } = lambdaBench(1);
    const first = functionOf(WAITING, { name: "first" });
    const second = functionOf(WAITING, { name: "second" });

    await first.invoke('{"ms":0}');
    const result = await second.invoke('{"ms":0}');

    expect(result).toEqual(SUCCEEDED("done"));
    expect([pool.countOf("first"), pool.countOf("second")]).toEqual([0, 1]);
    await expect
      .poll(() => events)
      .toContainEqual({ kind: "environment-ended", functionName: "first", reason: "evicted" });
  });

  it("gives an environment that comes free to who waits, instead of waiting for a new one", async () => {
    const { functionOf, events } = lambdaBench(10);
    const quick = functionOf(WAITING);
    await quick.invoke('{"ms":0}');

    await Promise.all(Array.from({ length: 9 }, () => quick.invoke('{"ms":0}')));

    expect(events.filter(({ kind }) => kind === "environment-started").length).toBeLessThan(9);
  });
});

describe("stopping", () => {
  it("ends all environments, and fails what they run and what waits for one", async () => {
    const { functionOf, pool, event } = lambdaBench(3);
    const slow = functionOf(WAITING);
    const results = Promise.all([1, 2, 3].map(() => slow.invoke('{"ms":60000}')));
    await event("environment-started");

    await pool.stop();

    expect((await results).map(({ kind }) => kind)).toEqual(["failed", "failed", "failed"]);
    expect(pool.countOf("worker")).toBe(0);
  });
});
