import { SluiceError } from "../core/errors.ts";
import { isJsonObject, type Json, type JsonObject } from "./json.ts";

/** What a template's functions can ask of the stack around them. */
export type Scope = {
  /** What `Ref` gives for a resource, a parameter or a pseudo parameter. */
  ref(name: string): Json;
  attribute(logicalId: string, attribute: string): Json;
  condition(name: string): boolean;
  exported(name: string): Json;
};

/** The value that `AWS::NoValue` stands for: whatever holds it is left out. */
const REMOVED = Symbol("AWS::NoValue");

type Value = Json | typeof REMOVED;

/** Returns a value with all of CloudFormation's functions in it worked out. @throws IntrinsicInvalid */
export const evaluate = (value: Json, scope: Scope): Json | undefined => {
  const result = resolve(value, scope);
  return result === REMOVED ? undefined : result;
};

/** Works out one of the template's conditions. */
export const evaluateCondition = (condition: Json, scope: Scope): boolean => {
  if (isJsonObject(condition) && typeof condition.Condition === "string") return scope.condition(condition.Condition);
  const result = evaluate(condition, scope);
  return result === true || result === "true";
};

/** The single key of an object that calls a function, for example `Fn::Join`. */
export const intrinsicOf = (value: Json): string | undefined => {
  if (!isJsonObject(value)) return undefined;
  const [key, ...others] = Object.keys(value);
  if (key === undefined || others.length > 0) return undefined;
  return key === "Ref" || key.startsWith("Fn::") ? key : undefined;
};

const resolve = (value: Json, scope: Scope): Value => {
  if (Array.isArray(value)) return value.map((item) => resolve(item, scope)).filter((item) => item !== REMOVED);
  if (!isJsonObject(value)) return value;
  const name = intrinsicOf(value);
  if (name !== undefined) return call(name, value[name] ?? null, scope);
  const entries = Object.entries(value).map(([key, item]) => [key, resolve(item, scope)] as const);
  return Object.fromEntries(entries.filter((entry): entry is [string, Json] => entry[1] !== REMOVED));
};

const call = (name: string, argument: Json, scope: Scope): Value => {
  const intrinsic = INTRINSICS[name];
  if (intrinsic === undefined) throw invalid(name, `be one of ${SUPPORTED_INTRINSICS.join(", ")}`, argument);
  return intrinsic(argument, scope);
};

type Intrinsic = (argument: Json, scope: Scope) => Value;

const ref: Intrinsic = (argument, scope) => (argument === "AWS::NoValue" ? REMOVED : scope.ref(String(argument)));

const getAtt: Intrinsic = (argument, scope) => scope.attribute(...attributeOf(argument));

const join: Intrinsic = (argument, scope) => {
  const [separator, items] = listOf("Fn::Join", argument, scope);
  return listOf("Fn::Join", items, scope)
    .map((item) => textOf("Fn::Join", item))
    .join(textOf("Fn::Join", separator));
};

const split: Intrinsic = (argument, scope) => {
  const [separator, text] = listOf("Fn::Split", argument, scope);
  return textOf("Fn::Split", text).split(textOf("Fn::Split", separator));
};

const select: Intrinsic = (argument, scope) => {
  const [index, items] = listOf("Fn::Select", argument, scope);
  const item = listOf("Fn::Select", items, scope)[Number(index)];
  if (item === undefined) throw invalid("Fn::Select", "choose an item that the list has", argument);
  return item;
};

const sub: Intrinsic = (argument, scope) => {
  const [template, variables] = Array.isArray(argument) ? argument : [argument, {}];
  const own = isJsonObject(variables) ? variables : {};
  return textOf("Fn::Sub", template).replace(/\$\{([^}]*)\}/g, (_, name: string) => {
    if (name.startsWith("!")) return `\${${name.slice(1)}}`;
    const given = own[name];
    if (given !== undefined) return textOf("Fn::Sub", evaluate(given, scope));
    return textOf("Fn::Sub", name.includes(".") ? scope.attribute(...attributeOf(name)) : scope.ref(name));
  });
};

const choose: Intrinsic = (argument, scope) => {
  const [condition, whenTrue, whenFalse] = Array.isArray(argument) ? argument : [];
  if (typeof condition !== "string" || whenTrue === undefined || whenFalse === undefined) {
    throw invalid("Fn::If", "be a condition's name and two values", argument);
  }
  return resolve(scope.condition(condition) ? whenTrue : whenFalse, scope);
};

const conditionsOf = (argument: Json, scope: Scope): readonly boolean[] =>
  Array.isArray(argument) ? argument.map((item) => evaluateCondition(item, scope)) : [];

const INTRINSICS: Readonly<Record<string, Intrinsic>> = {
  Ref: ref,
  "Fn::GetAtt": getAtt,
  "Fn::Join": join,
  "Fn::Split": split,
  "Fn::Select": select,
  "Fn::Sub": sub,
  "Fn::If": choose,
  "Fn::ImportValue": (argument, scope) => scope.exported(textOf("Fn::ImportValue", evaluate(argument, scope))),
  "Fn::Equals": (argument, scope) => {
    const [left, right] = listOf("Fn::Equals", argument, scope);
    return JSON.stringify(left) === JSON.stringify(right);
  },
  "Fn::And": (argument, scope) => conditionsOf(argument, scope).every(Boolean),
  "Fn::Or": (argument, scope) => conditionsOf(argument, scope).some(Boolean),
  "Fn::Not": (argument, scope) => !conditionsOf(argument, scope).some(Boolean),
};

export const SUPPORTED_INTRINSICS: readonly string[] = Object.keys(INTRINSICS);

/** Reads the argument of `Fn::GetAtt`: `["Id", "Attribute"]` or `"Id.Attribute"`. @throws IntrinsicInvalid */
export const attributeOf = (argument: Json): [logicalId: string, attribute: string] => {
  const parts = typeof argument === "string" ? splitOnce(argument) : argument;
  if (!Array.isArray(parts) || typeof parts[0] !== "string" || typeof parts[1] !== "string") {
    throw invalid("Fn::GetAtt", "name a resource and an attribute", argument);
  }
  return [parts[0], parts[1]];
};

const splitOnce = (text: string): readonly string[] => {
  const dot = text.indexOf(".");
  return dot < 0 ? [text] : [text.slice(0, dot), text.slice(dot + 1)];
};

const listOf = (name: string, argument: Json | undefined, scope: Scope): readonly Json[] => {
  const list = argument === undefined ? undefined : evaluate(argument, scope);
  if (!Array.isArray(list)) throw invalid(name, "have a list as its argument", argument);
  return list;
};

const textOf = (name: string, value: Json | undefined): string => {
  if (typeof value === "string" || typeof value === "number" || typeof value === "boolean") return String(value);
  throw invalid(name, "work on texts", value);
};

const invalid = (name: string, expectation: string, got: Json | undefined): SluiceError =>
  new SluiceError("IntrinsicInvalid", `${name} must ${expectation}, got ${JSON.stringify(got)}`, {
    hint: "look at what the app synthesizes here: npx cdk synth",
  });

/** Everything that a value refers to by name; a template's functions are looked for at any depth. */
export const referencesIn = (value: Json): readonly Reference[] => {
  if (Array.isArray(value)) return value.flatMap(referencesIn);
  if (!isJsonObject(value)) return [];
  const name = intrinsicOf(value);
  const argument = name === undefined ? undefined : value[name];
  if (name === undefined || argument === undefined) return Object.values(value).flatMap(referencesIn);
  if (name === "Ref") return [{ name: String(argument) }];
  if (name === "Fn::GetAtt") return [referenceOf(argument)];
  if (name === "Fn::Sub") return [...namesInSub(argument), ...referencesIn(argument)];
  return referencesIn(argument);
};

/** A resource or parameter that something needs, and which attribute of it. */
export type Reference = { readonly name: string; readonly attribute?: string };

const referenceOf = (argument: Json): Reference => {
  const [name, attribute] = attributeOf(argument);
  return { name, attribute };
};

const namesInSub = (argument: Json): readonly Reference[] => {
  const [template, variables] = Array.isArray(argument) ? argument : [argument, {}];
  const own: JsonObject = isJsonObject(variables) ? variables : {};
  return [...String(template).matchAll(/\$\{([^!}][^}]*)\}/g)]
    .map(([, name = ""]) => name)
    .filter((name) => own[name] === undefined)
    .map((name) => (name.includes(".") ? referenceOf(name) : { name }));
};

/** The functions that a value calls, at any depth. */
export const intrinsicsIn = (value: Json): readonly string[] => {
  if (Array.isArray(value)) return value.flatMap(intrinsicsIn);
  if (!isJsonObject(value)) return [];
  const name = intrinsicOf(value);
  return [...(name === undefined ? [] : [name]), ...Object.values(value).flatMap(intrinsicsIn)];
};
