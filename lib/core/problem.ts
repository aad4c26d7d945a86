/**
 * Every error the HTTP API answers, as problem details: `type` is stable and made for programs, `title` is the same
 * for every occurrence, `detail` tells of this one.
 *
 * @see https://www.rfc-editor.org/rfc/rfc9457
 */
export const PROBLEMS = {
  "not-json": { status: 400, title: "The body is not JSON" },
  "malformed-request": { status: 400, title: "The request is malformed" },
  "no-such-route": { status: 404, title: "No such route" },
  "unknown-job-type": { status: 404, title: "Unknown job type" },
  "no-such-job": { status: 404, title: "No such job" },
  "method-not-allowed": { status: 405, title: "Method not allowed" },
  "job-finished": { status: 409, title: "The job has ended" },
  "not-dead": { status: 409, title: "The job is not dead" },
  "redrive-limit": { status: 409, title: "The job was redriven too often" },
  "payload-gone": { status: 409, title: "The job's input is gone" },
  "provisioned-queue": { status: 409, title: "The queue has paid pollers" },
  "idempotency-key-reused": { status: 409, title: "The Idempotency-Key was used with another input" },
  "too-large": { status: 413, title: "The job is too large" },
  "invalid-input": { status: 422, title: "The request is invalid" },
  internal: { status: 500, title: "Something went wrong on our side" },
  unavailable: { status: 503, title: "Not possible just now" },
} as const;

export type ProblemCode = keyof typeof PROBLEMS;

/** One thing wrong with a request; `path` is a JSON Pointer (RFC 6901) into its body, empty for the whole. */
export type ProblemPart = { readonly path: string; readonly message: string };

export type Problem = {
  readonly type: string;
  readonly title: string;
  readonly status: number;
  readonly detail: string;
  readonly errors?: readonly ProblemPart[];
};

/** Builds the body of an error response. */
export const problem = (code: ProblemCode, detail: string, errors?: readonly ProblemPart[]): Problem => ({
  type: `urn:sluice:problem:${code}`,
  ...PROBLEMS[code],
  detail,
  ...(errors === undefined ? {} : { errors }),
});
