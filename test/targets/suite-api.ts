import assert from "node:assert/strict";
import { setTimeout as sleep } from "node:timers/promises";
import { INLINE_PAYLOAD_BYTES } from "../../lib/core/limits.ts";
import type { Made } from "./made.ts";
import type { Target } from "./target.ts";
import { waitUntil } from "./wait-until.ts";

/** What the API answered. */
export type Answer = {
  readonly status: number;
  readonly headers: Headers;
  readonly body: Readonly<Record<string, unknown>>;
};

/** A job, as `GET /jobs/{id}` answers it. */
export type SeenJob = {
  readonly id: string;
  readonly type: string;
  readonly status: string;
  readonly tenant?: string;
  readonly attempts: number;
  readonly redrives?: number;
  readonly startedAt?: string;
  readonly finishedAt?: string;
  readonly result?: unknown;
  readonly error?: { readonly code: string; readonly message: string; readonly fingerprint: string };
};

export type Submission = {
  readonly delaySeconds?: number;
  readonly idempotencyKey?: string;
};

/** The HTTP API as a case uses it: what is submitted is remembered, so that it can be taken away. */
export type SuiteApi = {
  readonly get: (path: string) => Promise<Answer>;
  readonly post: (path: string, body?: unknown, headers?: Readonly<Record<string, string>>) => Promise<Answer>;
  readonly request: (method: string, path: string, body?: string) => Promise<Answer>;
  /** Submits a job, which may be refused. */
  readonly trySubmit: (type: string, input: unknown, submission?: Submission) => Promise<Answer>;
  /** Submits a job that must be accepted, and returns its id. */
  readonly submit: (type: string, input: unknown, submission?: Submission) => Promise<string>;
  readonly submitBatch: (type: string, jobs: readonly object[]) => Promise<Answer>;
  /** Reads a job until it has the status; fails if it ends otherwise. */
  readonly jobOnce: (id: string, status: string) => Promise<SeenJob>;
  readonly job: (id: string) => Promise<SeenJob>;
};

/** Statuses that a job does not leave by itself. */
export const FINAL = ["succeeded", "dead", "cancelled"];

/** Makes the API of a target for one case. @param signal ends every request and wait */
export const suiteApi = (target: Target, made: Made, tenant: string, signal: AbortSignal): SuiteApi => {
  const request = async (method: string, path: string, body?: string, headers = {}): Promise<Answer> =>
    await answerOf(await sendPatiently(target, { method, path, body, headers, signal }));
  const get = (path: string): Promise<Answer> => request("GET", path);
  const post = (path: string, body?: unknown, headers: Readonly<Record<string, string>> = {}): Promise<Answer> => {
    const text = body === undefined || typeof body === "string" ? body : JSON.stringify(body);
    return request(
      "POST",
      path,
      text,
      text === undefined ? headers : { "content-type": "application/json", ...headers },
    );
  };
  const job = async (id: string): Promise<SeenJob> => {
    const { status, body } = await get(`/jobs/${id}`);
    assert.equal(status, 200, `GET /jobs/${id} must answer 200, got ${status} ${JSON.stringify(body)}`);
    return body as SeenJob;
  };
  const remember = (id: unknown, type: string, input: unknown, delaySeconds = 0): void => {
    const isLarge = JSON.stringify(input).length > INLINE_PAYLOAD_BYTES;
    made.jobs.set(String(id), { type, waitsUntilMs: Date.now() + delaySeconds * 1_000, isLarge });
  };
  const trySubmit: SuiteApi["trySubmit"] = async (type, input, { idempotencyKey, ...submission } = {}) => {
    const headers: Readonly<Record<string, string>> =
      idempotencyKey === undefined ? {} : { "idempotency-key": idempotencyKey };
    const answer = await post(`/jobs/${type}`, { input, tenant, ...submission }, headers);
    if (answer.status === 202) remember(answer.body.id, type, input, submission.delaySeconds);
    return answer;
  };
  return {
    get,
    post,
    request,
    job,
    trySubmit,
    submit: async (type, input, submission) => {
      const { status, body } = await trySubmit(type, input, submission);
      assert.equal(status, 202, `a job must be accepted, got ${status} ${JSON.stringify(body)}`);
      return String(body.id);
    },
    submitBatch: async (type, jobs) => {
      const answer = await post(`/jobs/${type}/batch`, { jobs });
      for (const { id } of (answer.body.accepted ?? []) as readonly { readonly id: string }[]) remember(id, type, "");
      return answer;
    },
    jobOnce: async (id, status) => {
      const isSettled = (seen: SeenJob): boolean => seen.status === status || FINAL.includes(seen.status);
      const everyMs = target.pollMs;
      const seen = await waitUntil(`job ${id} is ${status}`, () => job(id), isSettled, { signal, everyMs });
      assert.equal(seen.status, status, `job ${id} must become ${status}, got ${JSON.stringify(seen)}`);
      return seen;
    },
  };
};

const MAX_TURNED_AWAY = 5;

/** Sends again what API Gateway turned away (429): it was not handed on. */
const sendPatiently = async (target: Target, request: Parameters<Target["send"]>[0]): Promise<Response> => {
  for (let turnedAway = 1; ; turnedAway += 1) {
    const response = await target.send(request);
    if (response.status !== 429 || turnedAway > MAX_TURNED_AWAY) return response;
    await response.body?.cancel();
    await sleep(turnedAway * 500, undefined, { signal: request.signal });
  }
};

const answerOf = async (response: Response): Promise<Answer> => {
  const text = await response.text();
  try {
    return { status: response.status, headers: response.headers, body: JSON.parse(text) as Answer["body"] };
  } catch {
    throw new Error(`the API must answer JSON, got ${response.status} ${JSON.stringify(text.slice(0, 200))}`);
  }
};
