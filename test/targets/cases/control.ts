import assert from "node:assert/strict";
import type { CaseContext, PlayCase } from "../case.ts";
import { FINAL } from "../suite-api.ts";
import { waitUntil } from "../wait-until.ts";

const TYPE = "profile-csv";
/** A job that waits this long, where others took far less, is held. */
const HELD_MS = 10_000;

type Queue = {
  readonly type: string;
  readonly state: string;
  readonly limit: number | null;
  readonly visible: number;
  readonly manual?: { readonly kind: string; readonly limit?: number };
};

const queueOf = async ({ api }: CaseContext): Promise<Queue> => {
  const { body } = await api.get("/queues");
  const queue = (body.queues as readonly Queue[]).find(({ type }) => type === TYPE);
  assert.ok(queue !== undefined, `GET /queues must have ${TYPE}`);
  return queue;
};

const queueOnce = (context: CaseContext, expectation: string, isSo: (queue: Queue) => boolean): Promise<Queue> =>
  waitUntil(`the queue ${expectation}`, () => queueOf(context), isSo, {
    signal: context.signal,
    // On AWS each look at the queues asks CloudWatch for metrics, which costs something.
    everyMs: 4 * context.target.pollMs,
  });

const control = async ({ api, made }: CaseContext, verb: "pause" | "limit", body?: object): Promise<void> => {
  made.controlled.add(TYPE);
  const answer = await api.post(`/queues/${TYPE}/${verb}`, body);
  assert.partialDeepStrictEqual(answer, { status: 202, body: { type: TYPE, manual: { kind: verb, ...body } } });
};

const resume = async ({ api, made }: CaseContext): Promise<void> => {
  const answer = await api.post(`/queues/${TYPE}/resume`);
  assert.equal(answer.status, 202, JSON.stringify(answer.body));
  made.controlled.delete(TYPE);
};

/** Submits jobs one after the other until one is held: AWS takes a while to stop receiving. */
const heldJob = async ({ api, target, signal }: CaseContext): Promise<string> => {
  for (;;) {
    const id = await api.submit(TYPE, { text: "a\n1\n" });
    const heldAtMs = Date.now() + HELD_MS;
    const job = await waitUntil(
      "a job submitted to a paused queue waits",
      () => api.job(id),
      ({ status }) => FINAL.includes(status) || Date.now() >= heldAtMs,
      { signal, everyMs: target.pollMs },
    );
    if (!FINAL.includes(job.status)) {
      assert.partialDeepStrictEqual(job, { status: "queued", attempts: 0 });
      return id;
    }
  }
};

/** What is submitted to a paused queue waits, and runs when the queue is resumed. */
export const pausesAndResumes: PlayCase = async (context) => {
  await control(context, "pause");
  const paused = await queueOnce(context, "is paused", ({ state }) => state === "paused");
  const id = await heldJob(context);

  await resume(context);
  const job = await context.api.jobOnce(id, "succeeded");
  const resumed = await queueOnce(context, "is open again", ({ state }) => state !== "paused");

  assert.equal(paused.manual?.kind, "pause");
  assert.equal(job.attempts, 1);
  assert.equal(resumed.manual, undefined);
};

const LIMIT = 2;

/** A limit set by hand is the queue's limit until it is lifted; jobs run meanwhile. */
export const takesALimit: PlayCase = async (context) => {
  const before = await queueOf(context);
  await control(context, "limit", { limit: LIMIT });
  const limited = await queueOnce(context, `has the limit ${LIMIT}`, ({ limit }) => limit === LIMIT);
  await context.api.jobOnce(await context.api.submit(TYPE, { text: "a\n1\n" }), "succeeded");

  await resume(context);
  const resumed = await queueOnce(
    context,
    `has the limit ${before.limit} again`,
    ({ limit }) => limit === before.limit,
  );

  assert.equal(limited.manual?.limit, LIMIT);
  assert.equal(resumed.manual, undefined);
};
