import { isoDateMs } from "../shared/iso-date.ts";
import type { DeadQuery } from "./api.ts";
import { type FieldRule, optionalFields, wholeNumber } from "./body-fields.ts";
import { isDeadCursor } from "./dead-cursor.ts";
import { type ApiRequest, invalidInput } from "./http.ts";

/** Which dead jobs to redrive, and whether in earnest. */
export type RedriveFilter = Omit<DeadQuery, "types"> & { readonly isDryRun: boolean };

const LIMIT = { least: 1, most: 500, usual: 100 } as const;

/** Reads a filter from a request's body. @throws ProblemError `not-json` or `invalid-input` */
export const redriveFilterOf = (request: ApiRequest): RedriveFilter => {
  const { limit = LIMIT.usual, dryRun: isDryRun = false, ...filter } = optionalFields(request, FIELDS);
  const { diedAfter = "", diedBefore } = filter;
  if (diedBefore !== undefined && diedBefore <= diedAfter) {
    throw invalidInput([{ path: "/diedBefore", message: `must be later than diedAfter, ${diedAfter}` }]);
  }
  return { ...filter, limit, isDryRun };
};

const text = (expectation: string, accepts: (given: string) => boolean): FieldRule<string> => ({
  expectation,
  read: (given) => (typeof given === "string" && accepts(given) ? given : undefined),
});

const time: FieldRule<string> = {
  expectation: "a time in ISO 8601, for example 2026-11-22T10:00:00Z",
  read: (given) => {
    const ms = typeof given === "string" ? isoDateMs(given) : undefined;
    return ms === undefined ? undefined : new Date(ms).toISOString();
  },
};

const trueOrFalse: FieldRule<boolean> = {
  expectation: "true or false",
  read: (given) => (typeof given === "boolean" ? given : undefined),
};

const FIELDS = {
  fingerprint: text("the fingerprint of an error: 16 hexadecimal digits", (given) => /^[0-9a-f]{16}$/.test(given)),
  diedBefore: time,
  diedAfter: time,
  limit: wholeNumber(LIMIT.least, LIMIT.most),
  cursor: text("the cursor of an earlier answer", isDeadCursor),
  dryRun: trueOrFalse,
};
