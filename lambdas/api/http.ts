import { PROBLEMS, type ProblemCode, type ProblemPart, problem } from "../../lib/core/problem.ts";

/** A request, as the routes' modules see it. */
export type ApiRequest = {
  readonly method: string;
  readonly path: string;
  /** Names in lower case. */
  readonly headers: Readonly<Record<string, string | undefined>>;
  readonly query: Readonly<Record<string, string | undefined>>;
  readonly body: string;
};

/** A response; `body` is written as JSON. */
export type ApiResponse = {
  readonly status: number;
  readonly headers?: Readonly<Record<string, string>>;
  readonly body: unknown;
};

/** Thrown by a route's module to answer with problem details; caught once, in the router. */
export class ProblemError extends Error {
  readonly code: ProblemCode;
  readonly parts: readonly ProblemPart[] | undefined;
  readonly headers: Readonly<Record<string, string>>;
  constructor(code: ProblemCode, detail: string, parts?: readonly ProblemPart[], headers = {}) {
    super(detail);
    this.name = "ProblemError";
    this.code = code;
    this.parts = parts;
    this.headers = headers;
  }
}

/** Makes the response of a problem. */
export const problemResponse = (error: ProblemError): ApiResponse => ({
  status: PROBLEMS[error.code].status,
  headers: { ...error.headers, "content-type": "application/problem+json" },
  body: problem(error.code, error.message, error.parts),
});

/** Reads a request's body as JSON. @throws ProblemError `not-json` */
export const jsonBody = (request: ApiRequest): unknown => {
  try {
    return JSON.parse(request.body);
  } catch (cause) {
    const reason = cause instanceof Error ? cause.message : "no reason given";
    throw new ProblemError("not-json", `the body must be JSON (${reason})`);
  }
};

/** Makes the problem of a body whose fields are wrong; names all of them. */
export const invalidInput = (parts: readonly ProblemPart[]): ProblemError => {
  const all = parts.map(({ path, message }) => `${path || "the body"} ${message}`).join("; ");
  return new ProblemError("invalid-input", all, parts);
};

/** Makes the problem of a service that did not do its part, which may succeed when it is tried again. */
export const unavailable = (detail: string): ProblemError =>
  new ProblemError("unavailable", detail, undefined, { "retry-after": "1" });
