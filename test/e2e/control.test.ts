import { afterAll, beforeAll, describe, expect, it } from "vitest";
import type { LocalEvent } from "../../lib/local/server.ts";
import { TEST_JOBS, type TestRun, testRun } from "../support/embedded-run.ts";

describe("a queue that is controlled by hand", () => {
  let test: TestRun;
  let hear: (event: LocalEvent) => void = () => undefined;
  beforeAll(async () => {
    test = await testRun(
      { jobTypes: { nap: { batchSize: 1, parallel: 1, maxConcurrency: 10 } } },
      { jobsFolder: TEST_JOBS, accountConcurrency: 40, mappingUpdateMs: 200, onEvent: (event) => hear(event) },
    );
  });
  afterAll(() => test.stop());

  /** Resolves when the mapping may run so many invocations at once, or as few. */
  const allowed = (most: number): Promise<void> =>
    new Promise((resolve) => {
      hear = (event) => {
        if (event.kind === "mapping-scaled" && event.allowed <= most) resolve();
      };
    });

  const queue = async (): Promise<Record<string, unknown>> => {
    const { queues } = (await (await test.get("/queues")).json()) as { queues: readonly Record<string, unknown>[] };
    return queues[0] ?? {};
  };

  it("lets no job start while it is paused, and all once it is resumed", async () => {
    const paused = allowed(0);
    expect((await test.post("/queues/nap/pause", "")).status).toBe(202);
    await paused;

    const { id } = (await (await test.post("/jobs/nap", { input: { ms: 1 } })).json()) as { id: string };

    expect(await queue()).toMatchObject({ state: "paused", manual: { kind: "pause" }, visible: 1 });
    expect((await test.post("/queues/nap/resume", "")).status).toBe(202);
    expect(await test.jobOnce(id, ["succeeded"])).toMatchObject({ attempts: 1 });
    const resumed = await queue();
    expect(resumed).toMatchObject({ state: "open", limit: 10 });
    expect(resumed).not.toHaveProperty("manual");
  });

  it("runs no more at once than was fixed", async () => {
    expect((await test.post("/queues/nap/limit", { limit: 2 })).status).toBe(202);
    const found = await limitOnce(test, 2);

    expect(found).toMatchObject({ limit: 2, isEnabled: true });
    expect(await queue()).toMatchObject({ limit: 2, manual: { kind: "limit", limit: 2 } });
  });
});

/** Looks at the mapping until it has a limit. */
const limitOnce = async ({ run }: TestRun, limit: number) => {
  for (;;) {
    const [mapping] = run.observe();
    if (mapping?.limit === limit) return mapping;
    await new Promise((resolve) => setTimeout(resolve, 50));
  }
};
