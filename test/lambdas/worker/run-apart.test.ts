import { execFile } from "node:child_process";
import { once } from "node:events";
import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { basename, join } from "node:path";
import { pathToFileURL } from "node:url";
import { promisify } from "node:util";
import type { Worker } from "node:worker_threads";
import { buildSync } from "esbuild";
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from "vitest";
import { systemClock } from "../../../lambdas/shared/system.ts";
import type { ApartOptions } from "../../../lambdas/worker/apart-thread.ts";
import { runApart } from "../../../lambdas/worker/run-apart.ts";
import { type RunEnd, runJob } from "../../../lambdas/worker/run-job.ts";
import { BUILD, bundle, ENTRY_MODULE, writeBundle } from "../../../lib/constructs/node-bundle.ts";
import { WORKER_VARIABLES } from "../../../lib/core/environment.ts";
import type { JobContext } from "../../../lib/core/job-type.ts";
import { fakeClock } from "../../support/fake-clock.ts";
import { jobContext } from "../../support/job-context.ts";
import * as misbehave from "../../support/jobs/misbehave.ts";
import { lambdaBench } from "../../support/lambda-bench.ts";

const ENTRY = `
  import { serveWorker } from "./lambdas/worker/handler.ts";
  import * as job from "./test/support/jobs/misbehave.ts";
  export const handler = serveWorker(job, import.meta.url);`;

/** A function's bundle that also hands out what runs apart in it. */
const ENTRY_THAT_RUNS = `${ENTRY}
  export { systemClock } from "./lambdas/shared/system.ts";
  export { runApart } from "./lambdas/worker/run-apart.ts";`;

const VARIABLES = Object.fromEntries(Object.values(WORKER_VARIABLES).map((name) => [name, "9"]));
const AWS_VARIABLES = { ...VARIABLES, AWS_REGION: "us-east-1", AWS_LAMBDA_FUNCTION_MEMORY_SIZE: "256" };

const folder = mkdtempSync(join(tmpdir(), "sluice-apart-"));
afterAll(() => rmSync(folder, { recursive: true }));

const bundled = (entry: string): URL => {
  const bundleFolder = mkdtempSync(join(folder, "bundle-"));
  writeBundle(entry, bundleFolder);
  return pathToFileURL(join(bundleFolder, ENTRY_MODULE));
};

let source: URL;
beforeAll(() => {
  source = bundled(ENTRY);
});

/** All threads for attempts that a test starts; esbuild has one too. */
const threads: Worker[] = [];
const see = (thread: Worker): void => {
  if (thread.threadName === "apart") threads.push(thread);
};
beforeEach(() => void process.on("worker", see));
afterEach(async () => {
  process.off("worker", see);
  await Promise.all(threads.splice(0).map((thread) => thread.terminate()));
});

const living = (): number => threads.filter(({ threadId }) => threadId !== -1).length;

const setUp = (memoryMiB = 256) => {
  const apart = runApart({ memoryMiB, source });
  const run = (how: string, options: Partial<ApartOptions> = {}, context: Partial<JobContext> = {}): Promise<RunEnd> =>
    apart({ how }, jobContext(context), { limitMs: 10_000, clock: systemClock, ...options });
  return { run };
};

describe("an attempt that runs apart", () => {
  it("ends as it would with the others", async () => {
    const { run } = setUp();
    const ways = ["succeed", "transient", "permanent", "return-a-cycle", "return-nothing", "no-such-way"];
    const beside = ways.map((how) => runJob(misbehave, { how }, jobContext(), { limitMs: 10_000, clock: systemClock }));

    const ends: RunEnd[] = [];
    for (const how of ways) ends.push(await run(how));

    expect(ends).toEqual(await Promise.all(beside));
    expect(ends.map(({ kind }) => kind)).toEqual([
      "succeeded",
      "transient",
      "permanent",
      "transient",
      "succeeded",
      "permanent",
    ]);
  });

  it("passes on how long to wait where it is throttled", async () => {
    const { run } = setUp();

    const end = await run("throttled");

    expect(end).toMatchObject({ kind: "throttled", retryAfterSeconds: 1, error: { code: "Throttled" } });
  });

  it("knows what it would know with the others, and logs where they do", async () => {
    const { run } = setUp();
    const lines: unknown[] = [];
    const log: JobContext["log"] = (event, fields) => void lines.push([event, fields]);

    const end = await run("tell", {}, { tenant: "acme", attempt: 2, environment: { COLOUR: "blue" }, log });

    const { id, submittedAt, idempotencyKey } = jobContext();
    const told = { id, submittedAt, idempotencyKey, tenant: "acme", attempt: 2, COLOUR: "blue", isAborted: false };
    expect(end).toMatchObject({ kind: "succeeded", result: told });
    expect(end).toHaveProperty("result.remainingMs", expect.closeTo(10_000, -3));
    expect(lines).toContainEqual(["misbehave.told", { at: "1970-01-01T00:00:00.000Z" }]);
  });

  it.each([
    ["measure", 2, { kind: "succeeded", result: { how: "measure", failed: "no answer" } }],
    ["measure-and-exit", 1, { kind: "transient", error: { code: "ProcessExited" } }],
  ])("tells of the calls that it measures: %s", async (how, calls, expected) => {
    const { run } = setUp();
    const durationsMs: number[] = [];

    const end = await run(how, { onCall: (ms) => void durationsMs.push(ms) });

    expect(end).toMatchObject(expected);
    expect(durationsMs).toHaveLength(calls);
    for (const ms of durationsMs) expect(ms).toBeGreaterThanOrEqual(0);
  });

  it("is named where it ends the process, with what it logged before", async () => {
    const { run } = setUp();
    const lines: string[] = [];

    const end = await run("exit", {}, { log: (event) => void lines.push(event) });

    expect(end).toMatchObject({
      kind: "transient",
      error: { code: "ProcessExited", message: "the handler ended the process with exit code 3" },
    });
    expect(lines).toEqual(["misbehave.runs"]);
  });

  it("is named where it needs too much memory", async () => {
    const { run } = setUp(64);

    const end = await run("allocate", { limitMs: 25_000 });

    expect(end).toMatchObject({
      kind: "transient",
      error: { code: "OutOfMemory", message: "the handler needs more than the 32 MiB of heap that it may have" },
    });
  });

  it.each(["throw-outside", "reject-outside"])("is named where nothing catches its error: %s", async (how) => {
    const { run } = setUp();

    const end = await run(how);

    expect(end).toMatchObject({ kind: "transient", error: { code: "UncaughtError" } });
    expect(end).toHaveProperty("error.message", expect.stringContaining("RangeError: out of bounds"));
  });

  it.each([
    ["block-cpu", "the handler blocked its thread and did not heed its signal"],
    ["ignore-signal", "the handler did not heed its signal"],
    ["wait", "the job's time ran out"],
  ])("ends when its time runs out: %s", async (how, why) => {
    const { run } = setUp();

    const end = await run(how, { limitMs: 100 });

    expect(end).toMatchObject({
      kind: "transient",
      error: { code: "JobTimedOut", message: `the job's time ran out (${why})` },
    });
  });

  it("has less time where its caller has", async () => {
    const { run } = setUp();

    const end = await run("wait", { limitMs: 600_000, endsByMs: systemClock.nowMs() });

    expect(end).toMatchObject({ kind: "transient", error: { code: "JobTimedOut" } });
  });
});

describe("an attempt that runs apart, of a job that is cancelled", () => {
  const cancelDuring = async (how: string): Promise<RunEnd> => {
    const { run } = setUp();
    const cancel = new AbortController();
    const isRunning = Promise.withResolvers<void>();
    const ending = run(how, { cancelled: cancel.signal }, { log: () => isRunning.resolve() });
    await isRunning.promise;
    cancel.abort();
    return await ending;
  };

  it.each(["wait", "ignore-signal", "block-cpu"])("ends as cancelled: %s", async (how) => {
    const end = await cancelDuring(how);

    expect(end).toEqual({ kind: "cancelled" });
  });

  it("succeeds where the handler brings its result in spite of it", async () => {
    const end = await cancelDuring("finish-anyway");

    expect(end).toEqual({ kind: "succeeded", result: { how: "finish-anyway" } });
  });

  it("ends as cancelled where it was cancelled while its thread started", async () => {
    const { run } = setUp();
    const cancel = new AbortController();

    const ending = run("wait", { cancelled: cancel.signal });
    await once(process, "worker");
    cancel.abort();

    expect(await ending).toEqual({ kind: "cancelled" });
  });

  it("starts no thread where it was cancelled before", async () => {
    const { run } = setUp();

    const end = await run("succeed", { cancelled: AbortSignal.abort() });

    expect(end).toEqual({ kind: "cancelled" });
    expect(threads).toEqual([]);
  });
});

describe("a thread for attempts that run apart", () => {
  it("runs the next attempt after one that came to its end, well or not", async () => {
    const { run } = setUp();

    for (const how of ["succeed", "transient", "permanent", "print", "succeed"]) await run(how);

    expect(threads).toHaveLength(1);
    expect(living()).toBe(1);
  });

  it.each(["leave-timer", "ignore-signal", "block-cpu", "exit", "throw-outside"])(
    "is over after an attempt that did not: %s",
    async (how) => {
      const { run } = setUp();

      await run(how, { limitMs: 100 });
      const livingAfter = living();
      const next = await run("succeed");

      expect(livingAfter).toBe(0);
      expect(next.kind).toBe("succeeded");
      expect(threads).toHaveLength(2);
    },
  );

  it("is one of two where two attempts run at once, and one is kept", async () => {
    const { run } = setUp();

    const ends = await Promise.all([run("succeed"), run("succeed")]);

    expect(ends.map(({ kind }) => kind)).toEqual(["succeeded", "succeeded"]);
    expect(threads).toHaveLength(2);
    expect(living()).toBe(1);
  });

  it.each([
    ["throws", "throw new TypeError('no such module')", "TypeError: no such module"],
    ["ends", "process.exit(4)", "it ended with exit code 4"],
  ])("fails the attempt where it does not start: it %s", async (_, code, why) => {
    const apart = runApart({ memoryMiB: 256, source: new URL(`data:text/javascript,${code}`) });

    const end = await apart({}, jobContext(), { limitMs: 1_000, clock: systemClock });

    expect(end).toMatchObject({
      kind: "transient",
      error: {
        code: "ApartStartFailed",
        message: `the thread that should run the job alone did not start (${why})`,
      },
    });
  });

  it("fails the attempt where it does not start in time", async () => {
    const clock = fakeClock();
    const apart = runApart({ memoryMiB: 256, source: new URL("data:text/javascript,setInterval(() => {}, 1000)") });

    const ending = apart({}, jobContext(), { limitMs: 1_000, clock });
    await once(process, "worker");
    await clock.pass(5_000);

    expect(await ending).toMatchObject({ error: { code: "ApartStartFailed" } });
    expect(clock.waiting()).toBe(0);
  });
});

describe("a function whose jobs run apart", () => {
  it("starts no thread before, heeds its memory though Lambda sets a limit, and is free to end after", async () => {
    const script = join(folder, "script.mjs");
    const code = `
      let threads = 0;
      process.on("worker", () => { threads += 1; });
      const source = new URL(${JSON.stringify(bundled(ENTRY_THAT_RUNS).href)});
      const { runApart, systemClock } = await import(source);
      const atLoad = threads;
      const apart = runApart({ memoryMiB: 128, source });
      const context = { id: "a", attempt: 1, log: () => {}, environment: process.env };
      const options = { limitMs: 25_000, clock: systemClock };
      const ends = [];
      for (const how of ["tell", "allocate", "succeed"]) ends.push(await apart({ how }, context, options));
      console.log(JSON.stringify({ atLoad, threads, ends }));`;
    writeFileSync(script, code);
    const asLambdaStartsIt = ["--max-semi-space-size=51", "--max-old-space-size=921", "--expose-gc"];

    const { stdout } = await promisify(execFile)(process.execPath, [...asLambdaStartsIt, script], {
      env: AWS_VARIABLES,
    });

    const { atLoad, threads, ends } = JSON.parse(stdout);
    expect({ atLoad, threads }).toEqual({ atLoad: 0, threads: 2 });
    expect(ends[0].result.heapMiB).toBeLessThan(100);
    expect(ends.slice(1)).toMatchObject([{ error: { code: "OutOfMemory" } }, { kind: "succeeded" }]);
  });

  it("runs them in an embedded run, which is in a thread itself", async () => {
    const bench = lambdaBench();
    const entry = `${ENTRY_THAT_RUNS.replace("export const handler =", "")}
      import { runApart } from "./lambdas/worker/run-apart.ts";
      import { systemClock } from "./lambdas/shared/system.ts";
      const apart = runApart({ memoryMiB: 256, source: new URL(import.meta.url) });
      const context = { id: "a", attempt: 1, log: (event) => console.log(event), environment: process.env };
      export const handler = (how) => apart({ how }, context, { limitMs: 10_000, clock: systemClock });`;
    const code = Object.fromEntries(bundle(entry).map(({ path, text }) => [basename(path), text]));
    const worker = bench.functionOf(code, { memoryMiB: 256, variables: { ...VARIABLES, COLOUR: "blue" } });

    const exit = await worker.invoke(JSON.stringify("exit"));
    const tell = await worker.invoke(JSON.stringify("tell"));

    expect(exit).toMatchObject({ kind: "succeeded", payload: expect.stringContaining("ProcessExited") });
    expect(tell).toMatchObject({ kind: "succeeded", payload: expect.stringContaining('"COLOUR":"blue"') });
    expect(bench.events.filter(({ kind }) => kind === "environment-started")).toHaveLength(1);
    expect(bench.logs.map(({ text }) => text)).toContain("misbehave.runs");
  });

  it("has a bundle that is larger by less than 5 KB for it", () => {
    const { metafile } = buildSync({ ...BUILD, stdin: { contents: ENTRY, resolveDir: BUILD.absWorkingDir } });
    const inputs = Object.values(metafile.outputs).flatMap((output) => Object.entries(output.inputs));
    const bytes = inputs.filter(([path]) => path.includes("apart")).map(([, { bytesInOutput }]) => bytesInOutput);

    expect(bytes.length).toBeGreaterThanOrEqual(3);
    expect(bytes.reduce((sum, some) => sum + some, 0)).toBeLessThan(5_000);
  });
});
