import { fnv1a64 } from "./fnv.ts";

/** Why an attempt failed, as records, histories and the API show it. */
export type JobError = {
  /** The error's class or code, for example `TypeError`. */
  readonly code: string;
  readonly message: string;
  /** Equal for errors that differ only in numbers, ids and quoted values: 16 hexadecimal digits. */
  readonly fingerprint: string;
};

/** How an attempt ended: the four outcomes that job semantics know. */
export type Outcome =
  | { readonly kind: "succeeded"; readonly result: unknown }
  | { readonly kind: "permanent"; readonly error: JobError }
  | { readonly kind: "throttled"; readonly error: JobError; readonly retryAfterSeconds: number | undefined }
  | { readonly kind: "transient"; readonly error: JobError };

/** Thrown by a job type when no retry can help: the job ends `dead` at once, with this message as its reason. */
export class Permanent extends Error {
  readonly outcome = "permanent";
  constructor(message: string, options?: { cause?: unknown }) {
    super(message, options);
    this.name = "Permanent";
  }
}

/** Thrown by a job type when what it calls asks it to slow down: the job waits and the attempt is not charged. */
export class Throttled extends Error {
  readonly outcome = "throttled";
  /** How long the downstream asked for, in seconds; left out, the retry policy's backoff decides. */
  readonly retryAfterSeconds: number | undefined;
  constructor(options: { retryAfterSeconds?: number; message?: string; cause?: unknown } = {}) {
    super(options.message ?? "the downstream asked to slow down", { cause: options.cause });
    this.name = "Throttled";
    this.retryAfterSeconds = options.retryAfterSeconds;
  }
}

const MESSAGE_LENGTH = 1_000;

/** Describes anything that was thrown, in at most {@link MESSAGE_LENGTH} characters of message; never throws. */
export const describeError = (thrown: unknown): JobError => {
  const error = readOr(undefined, () => (thrown instanceof Error ? thrown : undefined));
  if (error === undefined)
    return jobError(
      "NonError",
      textOf(() => thrown),
    );
  return jobError(
    textOf(() => error.name),
    textOf(() => error.message),
  );
};

const textOf = (read: () => unknown): string => readOr("<unreadable>", () => String(read()).slice(0, MESSAGE_LENGTH));

/** Reads what may throw instead: a getter, a proxy, an object that no text can be made of. */
const readOr = <Value>(otherwise: Value, read: () => Value): Value => {
  try {
    return read();
  } catch {
    return otherwise;
  }
};

/** Builds a {@link JobError} and its fingerprint. */
export const jobError = (code: string, message: string): JobError => ({
  code,
  message: message.slice(0, MESSAGE_LENGTH),
  fingerprint: fnv1a64(`${code}:${withoutParticulars(message)}`)
    .toString(16)
    .padStart(16, "0"),
});

const withoutParticulars = (message: string): string =>
  message
    .slice(0, MESSAGE_LENGTH)
    .replace(/(["'`]).*?\1/g, "<value>")
    .replace(/[\w-]*\d[\w-]*/g, "<n>");

/** Sorts what a handler threw into an outcome; recognises {@link Permanent} and {@link Throttled} by their field. */
export const outcomeOf = (thrown: unknown): Outcome => {
  const error = describeError(thrown);
  const declared = thrownField(thrown, "outcome");
  if (declared === "permanent") return { kind: "permanent", error };
  if (declared === "throttled") {
    const asked = thrownField(thrown, "retryAfterSeconds");
    const isUsable = typeof asked === "number" && Number.isFinite(asked) && asked >= 0;
    return { kind: "throttled", error, retryAfterSeconds: isUsable ? asked : undefined };
  }
  return { kind: "transient", error };
};

const thrownField = (thrown: unknown, name: "outcome" | "retryAfterSeconds"): unknown =>
  readOr<unknown>(undefined, () => (thrown instanceof Error ? Reflect.get(thrown, name) : undefined));
