import assert from "node:assert/strict";
import type { PlayCase } from "../case.ts";
import type { Receiver, ReceiverAnswer } from "../receiver.ts";

/** The receiver of a target that has one, told what to answer. */
export const addressOf = (
  receiver: Receiver | undefined,
  answers: readonly ReceiverAnswer[],
): ReturnType<Receiver["address"]> => {
  assert.ok(receiver !== undefined, "the target must have a receiver");
  return receiver.address(answers);
};

/** A CSV is profiled, and the answer leads to its job. */
export const runsAJob: PlayCase = async ({ api, tenant }) => {
  const submitted = await api.trySubmit("profile-csv", { text: "name,age\nAda,36\nGrace,45\n" });
  const id = String(submitted.body.id);

  const job = await api.jobOnce(id, "succeeded");

  assert.partialDeepStrictEqual(submitted, { status: 202, body: { type: "profile-csv", status: "queued" } });
  assert.equal(submitted.headers.get("location"), `/jobs/${id}`);
  assert.partialDeepStrictEqual(job, {
    id,
    type: "profile-csv",
    tenant,
    attempts: 1,
    result: {
      rows: 2,
      columns: [
        { name: "name", min: "Ada" },
        { name: "age", type: "integer", mean: 40.5 },
      ],
    },
  });
  assert.ok(Date.parse(String(job.finishedAt)) >= Date.parse(String(job.startedAt)), "it must end after it starts");
};

/** An event arrives once, signed, and the record says how it was answered. */
export const deliversAWebhook: PlayCase = async ({ api, target }) => {
  const { url, received } = addressOf(target.receiver, [{ status: 204 }]);
  const id = await api.submit("deliver-webhook", { url, event: "suite.tried", data: { number: 7 } });

  const job = await api.jobOnce(id, "succeeded");

  assert.partialDeepStrictEqual(job, { attempts: 1, result: { status: 204 } });
  assert.equal(received.length, 1, "the event must arrive once");
  const { headers, body } = received[0] ?? { headers: {}, body: "{}" };
  assert.partialDeepStrictEqual(JSON.parse(body), { type: "suite.tried", data: { number: 7 } });
  assert.match(String(headers["webhook-signature"]), /^v1,[\w+/]+=*$/);
  assert.ok(headers["webhook-id"] !== undefined && headers["webhook-timestamp"] !== undefined, JSON.stringify(headers));
};

/** A failure costs an attempt and is tried again; pressure is waited out and costs none. */
export const triesAgain: PlayCase = async ({ api, target }) => {
  const failing = addressOf(target.receiver, [{ status: 500 }, { status: 204 }]);
  const full = addressOf(target.receiver, [{ status: 429, retryAfterSeconds: 1 }, { status: 204 }]);
  const input = { event: "suite.tried", data: {} };
  const failed = await api.submit("deliver-webhook", { ...input, url: failing.url });
  const throttled = await api.submit("deliver-webhook", { ...input, url: full.url });

  const [afterFailure, afterPressure] = await Promise.all(
    [failed, throttled].map((id) => api.jobOnce(id, "succeeded")),
  );

  assert.equal(afterFailure?.attempts, 2, "the failed attempt must be counted");
  assert.equal(afterPressure?.attempts, 1, "the throttled attempt must not be counted");
  for (const { received } of [failing, full]) {
    assert.equal(received.length, 2);
    assert.equal(new Set(received.map(({ headers }) => headers["webhook-id"])).size, 1, "one job has one webhook-id");
  }
};
