import { defineConfig } from "vitest/config";
import { BaseSequencer, type TestSpecification } from "vitest/node";

/** Tests that play situations of minutes, in real time: `npm run proofs`. */
const PROOFS = "test/proofs/**/*.test.ts";

/** Tests that start a whole run, and mostly wait for it: two at a time, once the parts are done. */
const WHOLE_RUNS = ["test/e2e/**/*.test.ts", "test/docs.test.ts"];

/** Tests that measure a pace: with the machine for themselves, once all others are done. */
const PACES = "test/e2e/scaling.test.ts";

/** What takes a minute and more. */
const LONG = /\/(chaos|package|alarms-of-queues|misbehaviour)\.test\.ts$/;

/** Lets the longest files begin, so that none of them is left alone at the end: by their size they would come last. */
class LongestFirst extends BaseSequencer {
  override async sort(files: TestSpecification[]): Promise<TestSpecification[]> {
    const sorted = await super.sort(files);
    return [
      ...sorted.filter(({ moduleId }) => LONG.test(moduleId)),
      ...sorted.filter(({ moduleId }) => !LONG.test(moduleId)),
    ];
  }
}

// biome-ignore lint/style/noDefaultExport: vitest takes its configuration as a default export
export default defineConfig({
  test: {
    testTimeout: 60_000,
    hookTimeout: 120_000,
    sequence: { sequencer: LongestFirst },
    projects: [
      {
        extends: true,
        test: {
          name: "parts",
          include: ["test/**/*.test.ts"],
          exclude: [...WHOLE_RUNS, PROOFS],
          // vitest leaves one core free, which on two halves the speed.
          maxWorkers: "100%",
          // Files share what they have imported: half of the time went into loading the CDK again and again.
          isolate: false,
          sequence: { groupOrder: 0 },
        },
      },
      {
        extends: true,
        test: {
          name: "runs",
          include: WHOLE_RUNS,
          exclude: [PACES],
          maxWorkers: 2,
          testTimeout: 120_000,
          sequence: { groupOrder: 1 },
        },
      },
      {
        extends: true,
        test: {
          name: "paces",
          include: [PACES],
          fileParallelism: false,
          maxWorkers: 1,
          testTimeout: 120_000,
          sequence: { groupOrder: 2 },
        },
      },
      {
        extends: true,
        test: {
          name: "proofs",
          include: [PROOFS],
          fileParallelism: false,
          maxWorkers: 1,
          testTimeout: 900_000,
          sequence: { groupOrder: 3 },
        },
      },
    ],
  },
});
