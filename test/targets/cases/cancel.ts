import assert from "node:assert/strict";
import type { PlayCase } from "../case.ts";
import { waitUntil } from "../wait-until.ts";
import { addressOf } from "./run.ts";

const DELAY_SECONDS = 8;

/** A cancelled job stays so when its message comes; what has ended cannot be cancelled. */
export const cancelsAWaitingJob: PlayCase = async ({ api, made }) => {
  const input = { text: "a\n1\n" };
  const id = await api.submit("profile-csv", input, { delaySeconds: DELAY_SECONDS });
  const before = await api.job(id);
  const cancelled = await api.post(`/jobs/${id}/cancel`);
  const again = await api.post(`/jobs/${id}/cancel`);
  // Delayed as long and sent later: once it has run, the cancelled job's message has come, too.
  const other = await api.submit("profile-csv", input, { delaySeconds: DELAY_SECONDS });

  await api.jobOnce(other, "succeeded");

  assert.equal(before.status, "queued");
  assert.partialDeepStrictEqual(cancelled, { status: 202, body: { id, status: "cancelled" } });
  assert.equal(again.status, 202, "a cancel can be sent again");
  const after = await api.job(id);
  assert.partialDeepStrictEqual(after, { status: "cancelled", attempts: 0 });
  assert.equal(after.startedAt, undefined, "a cancelled job must not start");
  const late = await api.post(`/jobs/${other}/cancel`);
  assert.partialDeepStrictEqual(late, { status: 409, body: { type: "urn:sluice:problem:job-finished" } });
  made.jobs.set(id, { type: "profile-csv", isLarge: false, waitsUntilMs: Date.now() });
};

/** Longer than a worker takes to notice a cancel, and shorter than the job's time-out. */
const ANSWER_AFTER_MS = 20_000;

/** A job that runs is told to stop, and ends cancelled. */
export const cancelsARunningJob: PlayCase = async ({ api, target, signal }) => {
  const { url, received } = addressOf(target.receiver, [{ status: 204, afterMs: ANSWER_AFTER_MS }]);
  const id = await api.submit("deliver-webhook", { url, event: "suite.slow", data: {} });
  const everyMs = target.pollMs;
  await waitUntil(
    "the delivery is under way",
    async () => received.length,
    (count) => count > 0,
    { signal, everyMs },
  );

  const answer = await api.post(`/jobs/${id}/cancel`);
  const job = await api.jobOnce(id, "cancelled");

  assert.partialDeepStrictEqual(answer, { status: 202, body: { id, status: "running" } });
  assert.equal(typeof job.finishedAt, "string");
};
