import assert from "node:assert/strict";
import { MAX_INPUT_BYTES } from "../../../lib/core/limits.ts";
import type { PlayCase } from "../case.ts";

type Bad = {
  readonly what: string;
  readonly request: readonly [method: string, path: string, body?: unknown];
  readonly headers?: Readonly<Record<string, string>>;
  readonly status: number;
  readonly code: string;
};

const GOOD = { input: { text: "a\n1\n" } };

const BAD: readonly Bad[] = [
  {
    what: "an unknown job type",
    request: ["POST", "/jobs/nothing", { input: {} }],
    status: 404,
    code: "unknown-job-type",
  },
  {
    what: "an invalid input",
    request: ["POST", "/jobs/profile-csv", { input: { text: 5 } }],
    status: 422,
    code: "invalid-input",
  },
  {
    what: "an unknown field",
    request: ["POST", "/jobs/profile-csv", { ...GOOD, colour: "red" }],
    status: 422,
    code: "invalid-input",
  },
  {
    what: "too long a delay",
    request: ["POST", "/jobs/profile-csv", { ...GOOD, delaySeconds: 901 }],
    status: 422,
    code: "invalid-input",
  },
  { what: "no JSON", request: ["POST", "/jobs/profile-csv", "{"], status: 400, code: "not-json" },
  {
    what: "a batch under a key",
    request: ["POST", "/jobs/profile-csv/batch", { jobs: [GOOD] }],
    headers: { "idempotency-key": "one" },
    status: 400,
    code: "malformed-request",
  },
  {
    what: "too large an input",
    request: ["POST", "/jobs/profile-csv", { input: { text: "x".repeat(MAX_INPUT_BYTES) } }],
    status: 413,
    code: "too-large",
  },
  { what: "a list of no status", request: ["GET", "/jobs"], status: 400, code: "malformed-request" },
  { what: "a made-up id", request: ["GET", "/jobs/profile-csv_r1"], status: 404, code: "no-such-job" },
  {
    what: "a made-up id to redrive",
    request: ["POST", "/jobs/profile-csv_r1/redrive"],
    status: 404,
    code: "no-such-job",
  },
  {
    what: "a limit below the least",
    request: ["POST", "/queues/profile-csv/limit", { limit: 1 }],
    status: 422,
    code: "invalid-input",
  },
  { what: "a method that no route takes", request: ["DELETE", "/queues"], status: 405, code: "method-not-allowed" },
  { what: "a path that no route has", request: ["GET", "/nothing"], status: 404, code: "no-such-route" },
];

/** Each bad request gets the problem that the page on the HTTP API names for it. */
export const refusesBadInput: PlayCase = async ({ api }) => {
  for (const { what, request, headers, status, code } of BAD) {
    const [method, path, body] = request;
    const answer = method === "POST" ? await api.post(path, body, headers) : await api.request(method, path);
    const { type, status: told, title, detail } = answer.body;
    assert.deepEqual(
      { type, status: answer.status, told, contentType: answer.headers.get("content-type")?.split(";")[0] },
      { type: `urn:sluice:problem:${code}`, status, told: status, contentType: "application/problem+json" },
      `${what}: must be answered ${status} ${code}, got ${answer.status} ${JSON.stringify(answer.body)}`,
    );
    assert.ok(String(title).length > 0 && String(detail).length > 0, `${what}: must have a title and a detail`);
  }
};
