import type { JobRecord } from "../../lib/core/job.ts";
import { RANDOM_BYTES, randomJobId } from "../../lib/core/job-id.ts";
import { jobError } from "../../lib/core/outcome.ts";
import { SALT } from "./claimed.ts";

/** The id of a job of the type `echo`. @param seed 0–255: other ids for other seeds */
export const jobId = (seed: number): string =>
  randomJobId(SALT, "echo", Date.parse("2026-11-22T09:00:00Z"), new Uint8Array(RANDOM_BYTES).fill(seed));

/** A job that died, later the higher its seed. */
export const deadRecord = (seed: number, overrides: Partial<JobRecord> = {}): JobRecord => ({
  id: jobId(seed),
  type: "echo",
  tenant: "acme",
  status: "dead",
  attempts: 5,
  claims: 5,
  submittedAt: "2026-11-22T09:00:00.000Z",
  startedAt: "2026-11-22T09:10:00.000Z",
  finishedAt: new Date(Date.parse("2026-11-22T09:30:00Z") + seed * 1_000).toISOString(),
  error: jobError("Error", "no answer"),
  history: [],
  input: { text: `input ${seed}` },
  ...overrides,
});
