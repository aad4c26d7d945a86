import { afterAll, beforeAll, expect, it } from "vitest";
import { chart } from "../../lib/cli/demo/chart.ts";
import { loggedEvents } from "../../lib/cli/logged-events.ts";
import { workerOf } from "../../lib/cli/worker-of-run.ts";
import { TEST_JOBS, type TestRun, testRun } from "../support/embedded-run.ts";
import { keep } from "./keep.ts";

/** What many new accounts have. */
const ACCOUNT = 10;
const NAP_MS = 500;
const TYPES = ["nap", "doze"] as const;
type Type = (typeof TYPES)[number];
type Sample = Readonly<Record<Type, { readonly visible: number; readonly allowed: number; readonly ended: number }>>;

let test: TestRun;
const ended: Record<Type, number> = { nap: 0, doze: 0 };
let throttledFunctions: string[] = [];

beforeAll(async () => {
  const settings = { batchSize: 1, parallel: 1 };
  test = await testRun(
    { auth: "public", jobTypes: { nap: settings, doze: settings } },
    {
      jobsFolder: TEST_JOBS,
      accountConcurrency: ACCOUNT,
      mappingUpdateMs: 5_000,
      onEvent: (event) => {
        if (event.kind === "invocation-throttled") throttledFunctions.push(event.functionName);
      },
      onLog: ({ functionName, text }) => {
        if (!text.includes('"job.settled"')) return;
        const type = TYPES.find((one) => lookAt(one).functionName === functionName);
        if (type !== undefined) ended[type] += text.split('"job.settled"').length - 1;
      },
    },
  );
});
afterAll(() => test.stop());

const lookAt = (type: Type) => {
  const { functionName } = workerOf(test.run, type);
  const found = test.run.observe().find((mapping) => mapping.functionName === functionName);
  if (found === undefined) throw new Error(`there is no queue of ${type}`);
  return found;
};

const sample = (): Sample => {
  const of = (type: Type) => {
    const { visible, allowed } = lookAt(type);
    return { visible, allowed, ended: ended[type] };
  };
  return { nap: of("nap"), doze: of("doze") };
};

const submit = async (type: Type, count: number): Promise<void> => {
  for (let left = count; left > 0; left -= 500) {
    const jobs = Array.from({ length: Math.min(500, left) }, () => ({ input: { ms: NAP_MS } }));
    const response = await test.post(`/jobs/${type}/batch`, { jobs });
    const { accepted } = (await response.json()) as { accepted: readonly unknown[] };
    expect(accepted).toHaveLength(jobs.length);
  }
};

const second = () => new Promise((resolve) => setTimeout(resolve, 1_000));

it("shares an account of 10 between two queues by their backlog, starves neither, and leaves room for the api", async () => {
  // Where so little is to be shared, queues have shares before they need them.
  while (TYPES.some((type) => lookAt(type).limit === undefined)) await second();
  throttledFunctions = [];
  const samples: Sample[] = [];
  const statuses: number[] = [];
  const startedMs = performance.now();
  const watch = async (until: () => boolean): Promise<void> => {
    while (!until()) {
      await second();
      samples.push(sample());
      statuses.push((await test.get("/queues")).status);
    }
  };

  await submit("nap", 1_400);
  await submit("doze", 100);
  await watch(() => performance.now() - startedMs > 100_000);
  const before = samples.length;
  await submit("doze", 1_300);
  await watch(() => ended.nap === 1_400 && ended.doze === 1_400);

  keep("two-queues", [
    ...TYPES.flatMap((type) => [
      "",
      chart(
        `${type}: jobs that wait`,
        samples.map((one) => one[type].visible),
      ),
      chart(
        `${type}: invocations that it may have at once`,
        samples.map((one) => one[type].allowed),
      ),
    ]),
    "",
    ...changes(),
    `  ${samples.length} s until the last job had ended; refused to start: ${throttledFunctions.length} invocations`,
  ]);
  const mean = (part: readonly Sample[], type: Type): number =>
    part.reduce((sum, one) => sum + one[type].allowed, 0) / part.length;
  // A calm look comes each minute, in a shortage one each ten seconds; a change takes effect five seconds later.
  const napLeads = samples.slice(75, before);
  expect(mean(napLeads, "nap")).toBeGreaterThan(1.5 * mean(napLeads, "doze"));
  const dozeLeads = samples.slice(before + 30, before + 90);
  expect(mean(dozeLeads, "doze")).toBeGreaterThan(1.2 * mean(dozeLeads, "nap"));
  for (const type of TYPES) {
    const starved = samples.filter((one, at) => {
      const earlier = samples[at - 15];
      const hasWaited = samples.slice(Math.max(0, at - 15), at + 1).every((seen) => seen[type].visible > 0);
      return earlier !== undefined && hasWaited && one[type].ended === earlier[type].ended;
    });
    expect(starved).toEqual([]);
  }
  expect(statuses.filter((status) => status !== 200)).toEqual([]);
  const workers = TYPES.map((type) => lookAt(type).functionName);
  // The api, and the scaler too.
  expect(throttledFunctions.filter((name) => !workers.includes(name))).toEqual([]);
});

const changes = (): readonly string[] =>
  test.logs
    .flatMap((text) => loggedEvents<{ queue: string; to: unknown; reason: string }>(text, "queue.changed"))
    .map(({ queue, to, reason }) => `  ${queue}: ${JSON.stringify(to)} ${reason}`);
