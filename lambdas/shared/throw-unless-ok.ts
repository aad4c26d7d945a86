import { Permanent, Throttled } from "../../lib/core/outcome.ts";
import type { GuardedResponse } from "./guarded-fetch.ts";
import { readExcerpt } from "./read-excerpt.ts";
import { retryAfterSeconds } from "./retry-after.ts";

/** Characters of a refusing body that a job's error quotes. */
const QUOTED_LENGTH = 200;

/**
 * Throws what an answer's status means for the job, unless it is a success (2xx), whose body is left to the caller.
 *
 * 429 and 503 are pressure; 3xx and other 4xx are permanent; the rest is transient.
 *
 * @throws Throttled, Permanent or Error
 */
export const throwUnlessOk = async (response: GuardedResponse, nowMs: number): Promise<void> => {
  const { status, host } = response;
  if (status >= 200 && status <= 299) return;
  const quoted = quote(await readExcerpt(response.body));
  const message = `${host} answered ${status}${quoted}`;
  if (status === 429 || status === 503) {
    throw new Throttled({ message, retryAfterSeconds: retryAfterSeconds(response.headers["retry-after"], nowMs) });
  }
  if (status >= 300 && status <= 399) throw new Permanent(`${host} answered ${status}: redirects are not followed`);
  if (status >= 400 && status <= 499) throw new Permanent(message);
  throw new Error(message);
};

const quote = (body: string): string => {
  const text = body.replace(/[\p{Cc}\s]+/gu, " ").trim();
  return text === "" ? "" : `: ${text.slice(0, QUOTED_LENGTH).toWellFormed()}`;
};
