import type { Json } from "./json.ts";

/** Characters of a value that are shown. */
const MOST = 160;

/** Characters that stay around the place where two long texts differ. */
const AROUND = 24;

/** Returns a value on one line, cut where it is long. */
export const shownValue = (value: Json): string => clipped(JSON.stringify(value));

/** Returns two different values; of long texts only the part that differs. */
export const shownPair = (before: Json, after: Json): { readonly before: string; readonly after: string } => {
  const [one, other] = [JSON.stringify(before), JSON.stringify(after)];
  if (one.length <= MOST && other.length <= MOST) return { before: one, after: other };
  const from = Math.max(0, commonStart(one, other) - AROUND);
  const kept = Math.max(0, commonEnd(one, other, from) - AROUND);
  const part = (text: string): string => clipped(framed(text.slice(from, text.length - kept), from > 0, kept > 0));
  return { before: part(one), after: part(other) };
};

const framed = (text: string, isCutBefore: boolean, isCutAfter: boolean): string =>
  `${isCutBefore ? "…" : ""}${text}${isCutAfter ? "…" : ""}`;

const clipped = (text: string): string =>
  text.length <= 2 * MOST ? text : `${text.slice(0, 2 * MOST)}… (${text.length - 2 * MOST} characters more)`;

const commonStart = (one: string, other: string): number => {
  const least = Math.min(one.length, other.length);
  let length = 0;
  while (length < least && one[length] === other[length]) length += 1;
  return length;
};

/** Counts equal characters at the end, none of them before `from`. */
const commonEnd = (one: string, other: string, from: number): number => {
  const least = Math.min(one.length, other.length) - from;
  let length = 0;
  while (length < least && one.at(-1 - length) === other.at(-1 - length)) length += 1;
  return length;
};
