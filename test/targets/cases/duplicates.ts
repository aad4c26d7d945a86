import assert from "node:assert/strict";
import type { PlayCase } from "../case.ts";

/** One key makes one job, however often it is sent; with another input it is refused. */
export const knowsDuplicates: PlayCase = async ({ api, tenant }) => {
  const idempotencyKey = `${tenant}-order-7`;
  const input = { text: "a,b\n1,2\n" };

  const first = await api.submit("profile-csv", input, { idempotencyKey });
  const atOnce = await api.submit("profile-csv", input, { idempotencyKey });
  const job = await api.jobOnce(first, "succeeded");
  const later = await api.submit("profile-csv", input, { idempotencyKey });
  const other = await api.trySubmit("profile-csv", { text: "a\n1\n" }, { idempotencyKey });
  // Sent after the repetitions: once it has run, they have been met, too.
  await api.jobOnce(await api.submit("profile-csv", input), "succeeded");

  assert.deepEqual([atOnce, later], [first, first], "the same key must lead to the same job");
  assert.equal(other.status, 409, JSON.stringify(other.body));
  assert.equal(other.body.type, "urn:sluice:problem:idempotency-key-reused");
  assert.deepEqual(await api.job(first), job, "a repetition must not run the job again");
};
