import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { TEST_JOBS, type TestRun, testRun } from "../support/embedded-run.ts";

const JOBS = 5_000;
const LIMIT = 40;
/** As esm.ts has it from AWS: 5 to start, 300 more a minute. */
const START = 5;
const PER_SECOND = 5;

type Look = { readonly atSeconds: number; readonly concurrency: number; readonly waiting: number };

describe("concurrency follows the queue's depth", () => {
  let test: TestRun;
  beforeAll(async () => {
    test = await testRun(
      { jobTypes: { nap: { batchSize: 1, parallel: 1, maxConcurrency: LIMIT } } },
      { jobsFolder: TEST_JOBS, accountConcurrency: 100 },
    );
  });
  afterAll(() => test.stop());

  it("from 5, by 300 a minute, up to the limit, and back when the queue is empty", { timeout: 180_000 }, async () => {
    // One after another, and the first look before them: environments of the api that start side by side would be
    // a second of climbing that nobody watched.
    await test.get("/queues");
    const submitted = submit(test);

    const looks = await watch(test);

    expect(new Set(await submitted)).toEqual(new Set([202]));
    const busy = looks.filter(({ concurrency }) => concurrency > 0);
    const atLimit = busy.findIndex(({ concurrency }) => concurrency >= LIMIT);
    const climb = busy.slice(0, atLimit + 1);
    // Looks begin with the first job: nobody may be further than AWS's pace allows by then.
    const tooFast = climb.filter(({ atSeconds, concurrency }) => concurrency > START + PER_SECOND * (atSeconds + 1));
    expect(tooFast).toEqual([]);
    expect(Math.abs(slopeOf(climb) / PER_SECOND - 1)).toBeLessThanOrEqual(0.2);
    const deep = busy.slice(atLimit).filter(({ waiting }) => waiting > LIMIT);
    expect(deep.length).toBeGreaterThan(5);
    expect(new Set(deep.map(({ concurrency }) => concurrency))).toEqual(new Set([LIMIT]));
    expect(Math.max(...looks.map(({ concurrency }) => concurrency))).toBe(LIMIT);
    expect(looks.at(-1)).toMatchObject({ concurrency: 0, waiting: 0 });
  });
});

/** Submits the jobs, and returns the status of each answer. */
const submit = async (test: TestRun): Promise<readonly number[]> => {
  const batch = { jobs: Array.from({ length: 500 }, () => ({ input: { ms: 200 } })) };
  const statuses: number[] = [];
  while (statuses.length < JOBS / 500) statuses.push((await test.post("/jobs/nap/batch", batch)).status);
  return statuses;
};

/** Looks at `GET /queues` four times a second until the queue has been busy and is empty again. */
const watch = async (test: TestRun): Promise<readonly Look[]> => {
  const looks: Look[] = [];
  const startedMs = performance.now();
  for (;;) {
    const { queues } = (await (await test.get("/queues")).json()) as {
      queues: readonly { concurrency: number; visible: number; inFlight: number }[];
    };
    const [queue] = queues;
    if (queue !== undefined) {
      const atSeconds = (performance.now() - startedMs) / 1_000;
      looks.push({ atSeconds, concurrency: queue.concurrency, waiting: queue.visible });
      const isOver = queue.concurrency === 0 && queue.visible + queue.inFlight === 0;
      if (isOver && looks.some(({ concurrency }) => concurrency === LIMIT)) return looks;
    }
    await new Promise((resolve) => setTimeout(resolve, 250));
  }
};

/** Returns the slope of the least-squares line through the looks, in invocations a second. */
const slopeOf = (looks: readonly Look[]): number => {
  const mean = (pick: (look: Look) => number): number =>
    looks.reduce((sum, look) => sum + pick(look), 0) / looks.length;
  const meanAt = mean(({ atSeconds }) => atSeconds);
  const meanOf = mean(({ concurrency }) => concurrency);
  const covariance = mean((look) => (look.atSeconds - meanAt) * (look.concurrency - meanOf));
  return covariance / mean((look) => (look.atSeconds - meanAt) ** 2);
};
