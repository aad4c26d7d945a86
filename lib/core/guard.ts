import type { Breach } from "./rules.ts";

/** What a rule found: a `refuse` ends the synthesis, a `warn` is said and passes. */
export type GuardFinding = Breach & {
  /** Of the rule, in kebab-case: a warning is acknowledged by it. */
  readonly id: string;
  readonly level: "refuse" | "warn";
};

/** A rule that more than one value has a part in. */
export type GuardRule<Subject> = {
  readonly id: string;
  readonly level: GuardFinding["level"];
  /** Which value of the subject the breach is told of. */
  readonly field: string;
  readonly expectation: string | ((subject: Subject) => string);
  readonly remedy: string;
  /** What breaks the rule, or undefined where nothing does. */
  readonly breachOf: (subject: Subject) => unknown;
};

/** For a rule's `breachOf`: the value that breaks it, or nothing. */
export const when = (isBroken: boolean, got: unknown): unknown => (isBroken ? got : undefined);

/** Applies every rule of a table to one subject. */
export const guard = <Subject>(
  path: string,
  subject: Subject,
  rules: readonly GuardRule<Subject>[],
): readonly GuardFinding[] =>
  rules.flatMap(({ id, level, field, expectation, remedy, breachOf }) => {
    const got = breachOf(subject);
    if (got === undefined) return [];
    const expected = typeof expectation === "string" ? expectation : expectation(subject);
    return [{ id, level, path: `${path}.${field}`, expectation: expected, got, remedy }];
  });

/** Returns the findings of one level. */
export const findingsAt = (level: GuardFinding["level"], findings: readonly GuardFinding[]): readonly GuardFinding[] =>
  findings.filter((finding) => finding.level === level);

/** Returns a breach in one line: what must be, what is, and what to do. */
export const sayBreach = ({ path, expectation, got, remedy }: Breach): string =>
  `${path} must ${expectation}, got ${JSON.stringify(got)} (${remedy})`;

/** Returns a warning in one line: what should be, what is, and what to do. */
export const sayWarning = ({ path, expectation, got, remedy }: Breach): string =>
  `${path} should ${expectation}, got ${JSON.stringify(got)} (${remedy})`;
