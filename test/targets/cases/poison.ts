import assert from "node:assert/strict";
import type { CaseContext, PlayCase } from "../case.ts";
import type { SeenJob } from "../suite-api.ts";
import { waitUntil } from "../wait-until.ts";

/** A CSV that no attempt can profile: its header names no column. */
export const POISON = { text: ",\n1,2\n" };

/** Submits poison and waits for its end. */
export const submitPoison = async ({ api }: CaseContext): Promise<SeenJob> =>
  await api.jobOnce(await api.submit("profile-csv", POISON), "dead");

/** Poison ends dead at its first attempt, equal faults under one fingerprint, and is listed. */
export const buriesPoison: PlayCase = async (context) => {
  const { api, target, tenant, signal } = context;
  const [one, other] = [await submitPoison(context), await submitPoison(context)];

  const listed = await waitUntil(
    "the dead job is listed",
    () => api.get("/jobs?status=dead&type=profile-csv&limit=200"),
    ({ body }) => ((body.jobs ?? []) as readonly SeenJob[]).some(({ id }) => id === one.id),
    { signal, everyMs: target.pollMs },
  );

  assert.partialDeepStrictEqual(one, { status: "dead", attempts: 1, tenant, error: { code: "Permanent" } });
  assert.match(one.error?.message ?? "", /header must name a column/);
  assert.match(one.error?.fingerprint ?? "", /^\w+/);
  assert.equal(one.error?.fingerprint, other.error?.fingerprint, "equal faults must have one fingerprint");
  const jobs = listed.body.jobs as readonly SeenJob[];
  assert.ok(
    jobs.every(({ status, type }) => status === "dead" && type === "profile-csv"),
    JSON.stringify(jobs),
  );
};

/** A receiver that refuses is not asked again. */
export const buriesWhatIsRefused: PlayCase = async ({ api, target }) => {
  const answered = target.receiver?.address([{ status: 410 }]);
  // Without a receiver the stage's own API is asked: it refuses a request without a signature, or a path it has not.
  const url = answered?.url ?? `${target.apiUrl}/nothing`;
  const id = await api.submit("deliver-webhook", { url, event: "suite.refused", data: {} });

  const job = await api.jobOnce(id, "dead");

  assert.equal(job.attempts, 1, "what is refused must not be tried again");
  assert.match(job.error?.message ?? "", answered === undefined ? /answered 4\d\d/ : /answered 410/);
  if (answered !== undefined) assert.equal(answered.received.length, 1);
};
