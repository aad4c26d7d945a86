import { defineConfig } from "vitest/config";

/** Tests that start a whole run: one after the other, with the machine for themselves, once all others are done. */
const WHOLE_RUNS = ["test/e2e/**/*.test.ts", "test/docs.test.ts"];

// biome-ignore lint/style/noDefaultExport: vitest takes its configuration as a default export
export default defineConfig({
  test: {
    testTimeout: 30_000,
    hookTimeout: 120_000,
    projects: [
      {
        extends: true,
        test: { name: "parts", include: ["test/**/*.test.ts"], exclude: WHOLE_RUNS, sequence: { groupOrder: 0 } },
      },
      {
        extends: true,
        test: {
          name: "runs",
          include: WHOLE_RUNS,
          fileParallelism: false,
          maxWorkers: 1,
          testTimeout: 120_000,
          sequence: { groupOrder: 1 },
        },
      },
    ],
  },
});
