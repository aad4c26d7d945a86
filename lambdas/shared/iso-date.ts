const ISO_DATE = /^(\d{4})-(\d\d)-(\d\d)(?:[T ](\d\d:\d\d(?::\d\d(?:\.\d+)?)?)(Z|[+-]\d\d:\d\d)?)?$/;

/**
 * Reads an ISO 8601 date (`2026-02-28`), or date and time with `T` or a space between, as milliseconds since the epoch.
 *
 * Without an offset it is taken as UTC, so that an answer does not depend on where it is computed. Undefined for any
 * other text and for days that no calendar has.
 */
export const isoDateMs = (text: string): number | undefined => {
  const [, year, month, day, time = "00:00", offset = "Z"] = ISO_DATE.exec(text) ?? [];
  // `Date.parse` takes 30 February for 1 March.
  if (Number(day) > daysIn(Number(year), Number(month))) return undefined;
  const ms = Date.parse(`${year}-${month}-${day}T${time}${offset}`);
  return Number.isNaN(ms) ? undefined : ms;
};

const daysIn = (year: number, month: number): number => {
  if (month === 2) return year % 4 === 0 && (year % 100 !== 0 || year % 400 === 0) ? 29 : 28;
  return [4, 6, 9, 11].includes(month) ? 30 : 31;
};
