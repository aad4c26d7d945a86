import { isDeepStrictEqual } from "node:util";
import { isList, isObject, type Json, type JsonObject } from "./json.ts";
import { shownPair, shownValue } from "./shown-value.ts";

/** One property that is no longer as it was. A side that is missing was not there. */
export type PropertyChange = {
  /** For example `Environment.Variables.LIMIT` or `Tags[stage]`. */
  readonly path: string;
  readonly before?: string;
  readonly after?: string;
};

/** Fields by which the parts of a list are told apart, where all parts have one and no two the same. */
const NAMES = ["Sid", "Name", "Key", "Id", "id", "AttributeName", "IndexName"];

/** Compares two values of {@link plain}, down to the properties that differ. */
export const propertyChanges = (
  before: Json | undefined,
  after: Json | undefined,
  path = "",
): readonly PropertyChange[] => {
  if (isDeepStrictEqual(before, after)) return [];
  if (isObject(before) && isObject(after)) {
    return keysOf(before, after).flatMap((key) =>
      propertyChanges(field(before, key), field(after, key), joined(path, key)),
    );
  }
  if (isList(before) && isList(after)) return listChanges(before, after, path);
  if (before === undefined) return [{ path, after: shownValue(after ?? null) }];
  if (after === undefined) return [{ path, before: shownValue(before) }];
  return [{ path, ...shownPair(before, after) }];
};

const keysOf = (before: object, after: object): readonly string[] => [
  ...new Set([...Object.keys(before), ...Object.keys(after)]),
];

/** Returns an object's own field: a template may name one as objects name what they inherit. */
const field = (value: JsonObject, key: string): Json | undefined =>
  Object.hasOwn(value, key) ? value[key] : undefined;

const joined = (path: string, key: string): string => (path === "" ? key : `${path}.${key}`);

const listChanges = (before: readonly Json[], after: readonly Json[], path: string): readonly PropertyChange[] => {
  const named = NAMES.find((name) => areNamedBy(name, before) && areNamedBy(name, after));
  if (named !== undefined) return namedChanges(byName(before, named), byName(after, named), path);
  const gone = without(before, after);
  const come = without(after, before);
  if (gone.length === 0 && come.length === 0) return [{ path: `${path} (order)`, ...shownPair(before, after) }];
  if (gone.length === come.length && [...gone, ...come].every(({ value }) => isObject(value))) {
    return gone.flatMap(({ value, index }, place) => propertyChanges(value, come[place]?.value, `${path}[${index}]`));
  }
  return [
    ...gone.map(({ value, index }) => ({ path: `${path}[${index}]`, before: shownValue(value) })),
    ...come.map(({ value, index }) => ({ path: `${path}[${index}]`, after: shownValue(value) })),
  ];
};

const areNamedBy = (key: string, list: readonly Json[]): boolean => {
  const names = list.map((part) => (isObject(part) ? part[key] : undefined));
  return names.every((name) => typeof name === "string") && new Set(names).size === list.length;
};

const byName = (list: readonly Json[], key: string): ReadonlyMap<string, Json> =>
  new Map(list.map((part) => [isObject(part) ? String(part[key]) : "", part]));

const namedChanges = (
  before: ReadonlyMap<string, Json>,
  after: ReadonlyMap<string, Json>,
  path: string,
): readonly PropertyChange[] => {
  const changes = [...new Set([...before.keys(), ...after.keys()])].flatMap((name) =>
    propertyChanges(before.get(name), after.get(name), `${path}[${name}]`),
  );
  return changes.length > 0
    ? changes
    : [{ path: `${path} (order)`, ...shownPair([...before.keys()], [...after.keys()]) }];
};

type Part = { readonly value: Json; readonly index: number };

/** Returns the parts of a list that another list does not have, each as often as it is missing there. */
const without = (list: readonly Json[], other: readonly Json[]): readonly Part[] => {
  const left = other.map((value) => JSON.stringify(value));
  return list
    .map((value, index) => ({ value, index }))
    .filter(({ value }) => {
      const place = left.indexOf(JSON.stringify(value));
      if (place >= 0) left.splice(place, 1);
      return place < 0;
    });
};

/** Writes a property's change on one line. */
export const changeText = ({ path, before, after }: PropertyChange): string =>
  `${path}: ${before ?? "(not there)"} → ${after ?? "(gone)"}`;
