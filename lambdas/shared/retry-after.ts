import { SQS_MAX_VISIBILITY_SECONDS } from "../../lib/core/limits.ts";

/**
 * Reads a `Retry-After` header as seconds from now: between 0 and 43,200, the longest that a message can stay hidden.
 *
 * Undefined where there is none, or one that is neither seconds nor an HTTP date.
 *
 * @see https://www.rfc-editor.org/rfc/rfc9110#field.retry-after
 */
export const retryAfterSeconds = (header: string | undefined, nowMs: number): number | undefined => {
  const text = header?.trim() ?? "";
  const seconds = /^\d+$/.test(text) ? Number(text) : secondsUntil(text, nowMs);
  return seconds === undefined ? undefined : Math.min(SQS_MAX_VISIBILITY_SECONDS, Math.max(0, seconds));
};

/** Every form of HTTP date that is still sent begins with a day's name and ends with `GMT`. */
const secondsUntil = (text: string, nowMs: number): number | undefined => {
  const atMs = /^[A-Z][a-z]+, .* GMT$/.test(text) ? Date.parse(text) : Number.NaN;
  return Number.isNaN(atMs) ? undefined : Math.ceil((atMs - nowMs) / 1_000);
};
