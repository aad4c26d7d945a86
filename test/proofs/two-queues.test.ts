import { afterAll, beforeAll, expect, it } from "vitest";
import { chart } from "../../lib/cli/demo/chart.ts";
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
        const type = TYPES.find((one) => functionName.includes(one));
        if (type !== undefined) ended[type] += text.split('"job.settled"').length - 1;
      },
    },
  );
});
afterAll(() => test.stop());

const lookAt = (type: Type) => {
  const found = test.run.observe().find(({ queueName }) => queueName.includes(type));
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

  await submit("nap", 900);
  await submit("doze", 100);
  await watch(() => performance.now() - startedMs > 45_000);
  const before = samples.length;
  await submit("doze", 900);
  await watch(() => ended.nap === 900 && ended.doze === 1_000);

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
    ...(await changes()),
    `  ${samples.length} s until the last job had ended; refused to start: ${throttledFunctions.length} invocations`,
  ]);
  const mean = (part: readonly Sample[], type: Type): number =>
    part.reduce((sum, one) => sum + one[type].allowed, 0) / part.length;
  // A look each ten seconds, and five until a change has taken effect.
  const napLeads = samples.slice(20, before);
  expect(mean(napLeads, "nap")).toBeGreaterThan(1.5 * mean(napLeads, "doze"));
  const lastNap = samples.findIndex((one) => one.nap.visible === 0);
  const dozeLeads = samples.slice(before + 20, lastNap < before + 25 ? before + 40 : lastNap);
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

const changes = async (): Promise<readonly string[]> =>
  test.logs.flatMap((text) =>
    text
      .split("\n")
      .filter((line) => line.includes('"queue.changed"'))
      .map((line) => {
        const { queue, to, reason } = JSON.parse(line.slice(line.indexOf("{"))) as Record<string, unknown>;
        return `  ${queue}: ${JSON.stringify(to)} ${reason}`;
      }),
  );
