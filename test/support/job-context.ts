import type { JobContext } from "../../lib/core/job-type.ts";

/** What a job is told on its first attempt, with nothing in its environment. */
export const jobContext = (overrides: Partial<JobContext> = {}): JobContext => ({
  id: "deliver-webhook_r0000000000000000000000000000000",
  attempt: 1,
  tenant: undefined,
  submittedAt: "2026-11-22T09:59:00.000Z",
  idempotencyKey: "deliver-webhook_r0000000000000000000000000000000",
  signal: new AbortController().signal,
  log: () => {},
  remainingMs: () => 30_000,
  environment: {},
  measure: (call) => call(),
  ...overrides,
});
