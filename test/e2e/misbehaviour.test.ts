import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { TEST_JOBS, type TestRun, testRun } from "../support/embedded-run.ts";

let test: TestRun;

beforeAll(async () => {
  test = await testRun(
    { jobTypes: { misbehave: { timeoutSeconds: 2, memoryMiB: 128, batchSize: 5, parallel: 5, maxConcurrency: 10 } } },
    { jobsFolder: TEST_JOBS },
  );
});
afterAll(() => test.stop());

/** What a handler can do to its environment, and what must then be said of the job. */
const CULPRITS = [
  ["ignore-signal", "JobTimedOut", /did not heed its signal/],
  ["block-cpu", "JobTimedOut", /blocked its thread/],
  ["allocate", "OutOfMemory", /more than the \d+ MiB of heap/],
  ["exit", "ProcessExited", /ended the process with exit code 3/],
  ["throw-outside", "UncaughtError", /RangeError: out of bounds/],
  ["reject-outside", "UncaughtError", /RangeError: out of bounds/],
] as const;

const NEIGHBOURS = 4;

describe("a handler that misbehaves", () => {
  it("ends dead by a reason that names what happened, and its neighbours succeed with nothing charged", async () => {
    const submitted = await Promise.all(
      CULPRITS.map(async ([how]) => {
        const jobs = [how, ...Array.from({ length: NEIGHBOURS }, () => "succeed")].map((way) => ({
          input: { how: way },
        }));
        const response = await test.post("/jobs/misbehave/batch", { jobs });
        const { accepted } = (await response.json()) as { accepted: readonly { readonly id: string }[] };
        return accepted.map(({ id }) => id);
      }),
    );

    const ended = await Promise.all(
      submitted.map((ids) => Promise.all(ids.map((id) => test.jobOnce(id, ["succeeded", "dead"])))),
    );

    for (const [index, [how, code, message]] of CULPRITS.entries()) {
      const [culprit, ...neighbours] = ended[index] ?? [];
      const error = { code, message: expect.stringMatching(message) };
      expect(culprit, how).toMatchObject({ status: "dead", attempts: 3, error });
      expect(neighbours, how).toHaveLength(NEIGHBOURS);
      for (const neighbour of neighbours) {
        expect(neighbour, how).toMatchObject({ status: "succeeded", attempts: 1 });
        expect(neighbour, how).not.toHaveProperty("error");
      }
    }
  }, 300_000);
});
