import type { ProblemPart } from "../../lib/core/problem.ts";
import { type ApiRequest, invalidInput, jsonBody } from "./http.ts";

/** What a field of a body must be, and how it is read: undefined if it is not that. */
export type FieldRule<Value> = {
  readonly expectation: string;
  readonly read: (given: unknown) => Value | undefined;
};

type FieldRules = Readonly<Record<string, FieldRule<unknown>>>;
type Fields<Rules extends FieldRules> = {
  readonly [Name in keyof Rules]?: Exclude<ReturnType<Rules[Name]["read"]>, undefined>;
};

/**
 * Reads a body of which every field may be left out, and the body itself.
 *
 * @throws ProblemError `not-json`, or `invalid-input` that names every wrong field at once
 */
export const optionalFields = <Rules extends FieldRules>(request: ApiRequest, rules: Rules): Fields<Rules> => {
  const names = Object.keys(rules).join(", ");
  const body = request.body === "" ? {} : jsonBody(request);
  if (typeof body !== "object" || body === null || Array.isArray(body)) {
    throw invalidInput([{ path: "", message: `must be an object; its fields are ${names}` }]);
  }
  const parts: ProblemPart[] = [];
  const read = Object.entries(body).map(([name, given]: [string, unknown]) => {
    const rule = Object.hasOwn(rules, name) ? rules[name] : undefined;
    const value = rule?.read(given);
    if (rule === undefined) parts.push({ path: `/${name}`, message: `is unknown; the fields are ${names}` });
    else if (value === undefined) parts.push({ path: `/${name}`, message: `must be ${rule.expectation}` });
    return [name, value] as const;
  });
  if (parts.length > 0) throw invalidInput(parts);
  // Each value was read by the rule of its name.
  return Object.fromEntries(read) as Fields<Rules>;
};

/** A whole number from `least` to `most`, both included. */
export const wholeNumber = (least: number, most: number): FieldRule<number> => ({
  expectation: `a whole number from ${least} to ${most}`,
  read: (given) =>
    typeof given === "number" && Number.isInteger(given) && given >= least && given <= most ? given : undefined,
});
