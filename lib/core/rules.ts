/** One setting that is wrong: reads `<path> must <expectation>, got <got> (<remedy>)`. */
export type Breach = {
  readonly path: string;
  readonly expectation: string;
  readonly got: unknown;
  readonly remedy: string;
};

/** What one value must be. */
export type ValueRule = {
  readonly expectation: string;
  readonly remedy: string;
  readonly accepts: (value: unknown) => boolean;
};

/** What an object's fields must be; the key `*` stands for any field. A one-element list is a list of such values. */
export type FieldRules = { readonly [field: string]: ValueRule | FieldRules | readonly [ValueRule] };

/** Accepts whole numbers from `min` to `max`, both included. */
export const integer = (min: number, max: number, remedy: string): ValueRule => ({
  expectation: `be a whole number from ${min} to ${max}`,
  remedy,
  accepts: (value) => Number.isInteger(value) && Number(value) >= min && Number(value) <= max,
});

/** Accepts just the values named. */
export const oneOf = (allowed: readonly unknown[], remedy: string): ValueRule => ({
  expectation: `be one of ${allowed.map((value) => JSON.stringify(value)).join(", ")}`,
  remedy,
  accepts: (value) => allowed.includes(value),
});

/** Accepts text that looks like a pattern. @param expectation What such text is */
export const like = (pattern: RegExp, expectation: string, remedy: string): ValueRule => ({
  expectation,
  remedy,
  accepts: (value) => typeof value === "string" && pattern.test(value),
});

/** Accepts text; `keyPattern` is what the name of such a variable must look like. */
export const text = (keyPattern: RegExp): ValueRule & { readonly keyPattern: RegExp } => ({
  expectation: "be text",
  remedy: "put it in quotes",
  accepts: (value) => typeof value === "string",
  keyPattern,
});

/** Checks every field that is there against its rule, and refuses fields that no rule knows. */
export const checkFields = (path: string, given: unknown, rules: FieldRules): Breach[] => {
  if (typeof given !== "object" || given === null || Array.isArray(given)) {
    return [{ path, expectation: "be an object", got: given, remedy: "write it as { … }" }];
  }
  return Object.entries(given).flatMap(([field, value]) => {
    if (value === undefined) return [];
    const rule = Object.hasOwn(rules, field) ? rules[field] : rules["*"];
    if (rule === undefined) return [unknownField(`${path}.${field}`, value, Object.keys(rules))];
    return [...checkName(`${path}.${field}`, field, rule), ...checkValue(`${path}.${field}`, value, rule)];
  });
};

const checkValue = (path: string, value: unknown, rule: ValueRule | FieldRules | readonly [ValueRule]): Breach[] => {
  if (isList(rule)) return checkList(path, value, rule[0]);
  if (!isValueRule(rule)) return checkFields(path, value, rule);
  return rule.accepts(value) ? [] : [{ path, expectation: rule.expectation, got: value, remedy: rule.remedy }];
};

const checkList = (path: string, value: unknown, rule: ValueRule): Breach[] => {
  if (!Array.isArray(value)) return [{ path, expectation: "be a list", got: value, remedy: "write it as [ … ]" }];
  return value.flatMap((item: unknown, index) => [
    ...checkValue(`${path}[${index}]`, item, rule),
    ...checkName(`${path}[${index}]`, String(item), rule),
  ]);
};

const checkName = (path: string, name: string, rule: ValueRule | FieldRules | readonly [ValueRule]): Breach[] => {
  const pattern = "keyPattern" in rule && rule.keyPattern instanceof RegExp ? rule.keyPattern : undefined;
  if (pattern === undefined || pattern.test(name)) return [];
  return [{ path, expectation: `be named like ${pattern.source}`, got: name, remedy: "rename it" }];
};

const unknownField = (path: string, got: unknown, known: readonly string[]): Breach => ({
  path,
  expectation: `be left out: it is no setting (settings here: ${known.join(", ")})`,
  got,
  remedy: "remove it or mend its name",
});

const isValueRule = (rule: ValueRule | FieldRules): rule is ValueRule =>
  "accepts" in rule && typeof rule.accepts === "function";
const isList = (rule: ValueRule | FieldRules | readonly [ValueRule]): rule is readonly [ValueRule] =>
  Array.isArray(rule);
