import assert from "node:assert/strict";
import type { CaseContext, PlayCase } from "../case.ts";
import { FINAL, type SeenJob } from "../suite-api.ts";
import { waitUntil } from "../wait-until.ts";
import { submitPoison } from "./poison.ts";
import { addressOf } from "./run.ts";

/** Waits until a job that was redriven once has ended again, in whichever way. */
export const endedAgain = ({ api, target, signal }: CaseContext, id: string): Promise<SeenJob> =>
  waitUntil(
    `job ${id} has run again`,
    () => api.job(id),
    ({ status, redrives }) => redrives === 1 && FINAL.includes(status),
    { signal, everyMs: target.pollMs },
  );

/** A dead job runs again under its id; what is not dead does not. */
export const redrivesOne: PlayCase = async (context) => {
  const { api } = context;
  const dead = await submitPoison(context);
  const good = await api.jobOnce(await api.submit("profile-csv", { text: "a\n1\n" }), "succeeded");

  const redriven = await api.post(`/jobs/${dead.id}/redrive`);
  const again = await endedAgain(context, dead.id);
  const refused = await api.post(`/jobs/${good.id}/redrive`);

  assert.partialDeepStrictEqual(redriven, { status: 202, body: { id: dead.id, status: "queued", redrive: 1 } });
  assert.partialDeepStrictEqual(again, { status: "dead", attempts: 1, redrives: 1, error: dead.error });
  assert.ok(String(again.finishedAt) > String(dead.finishedAt), "it must have ended later than before");
  assert.partialDeepStrictEqual(refused, { status: 409, body: { type: "urn:sluice:problem:not-dead" } });
};

/** What died of its receiver is delivered once that is mended. */
export const redrivesWhatWasMended: PlayCase = async (context) => {
  const { api, target } = context;
  const { url, received } = addressOf(target.receiver, [{ status: 410 }, { status: 204 }]);
  const id = await api.submit("deliver-webhook", { url, event: "suite.mended", data: { number: 9 } });
  await api.jobOnce(id, "dead");

  const redriven = await api.post(`/jobs/${id}/redrive`);
  const job = await endedAgain(context, id);

  assert.equal(redriven.status, 202, JSON.stringify(redriven.body));
  assert.partialDeepStrictEqual(job, { status: "succeeded", attempts: 1, redrives: 1 });
  assert.equal(job.error, undefined);
  assert.equal(received.length, 2);
  assert.equal(received[0]?.body, received[1]?.body, "both deliveries must carry the same event");
};

const REDRIVEN = 3;

/** A filter names exactly the jobs that it says; a dry run tells them and moves none. */
export const redrivesByFilter: PlayCase = async (context) => {
  const { api, target, signal } = context;
  const dead = await Promise.all(Array.from({ length: REDRIVEN }, () => submitPoison(context)));
  const times = dead.map(({ finishedAt }) => Date.parse(String(finishedAt)));
  const filter = {
    fingerprint: dead[0]?.error?.fingerprint,
    diedAfter: new Date(Math.min(...times)).toISOString(),
    diedBefore: new Date(Math.max(...times) + 1).toISOString(),
  };
  const ids = dead.map(({ id }) => id).sort();

  const tried = await waitUntil(
    `the filter names ${REDRIVEN} jobs`,
    () => api.post("/queues/profile-csv/redrive", { ...filter, dryRun: true }),
    ({ body }) => Number(body.matched) >= REDRIVEN,
    { signal, everyMs: target.pollMs },
  );
  // Should others' jobs have died of the same in the same moment, they are left alone.
  assert.partialDeepStrictEqual(tried, { status: 200, body: { dryRun: true, matched: REDRIVEN } });
  const redriven = await api.post("/queues/profile-csv/redrive", filter);

  assert.partialDeepStrictEqual(redriven, { status: 202, body: { dryRun: false, matched: REDRIVEN, refused: [] } });
  assert.deepEqual([...(redriven.body.redriven as readonly string[])].sort(), ids);
  for (const id of ids) assert.partialDeepStrictEqual(await endedAgain(context, id), { status: "dead", attempts: 1 });
};
