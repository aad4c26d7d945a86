import { isDeepStrictEqual } from "node:util";
import { isObject, type JsonObject, type Resource, resourcesOf } from "./json.ts";
import { plain } from "./plain.ts";
import { type PropertyChange, propertyChanges } from "./property-changes.ts";

/** What became of one resource, or of what a template says beside its resources. */
export type Change = {
  readonly kind: "added" | "removed" | "changed";
  readonly id: string;
  readonly type: string;
  /** Where the resource stands in the app, for example `Pipeline/Pipeline/Scaler/Handler`. */
  readonly path?: string;
  readonly before?: Resource;
  readonly after?: Resource;
  /** None for what was added or removed. */
  readonly properties: readonly PropertyChange[];
};

const ORDER = ["removed", "added", "changed"];

/** Compares two templates. Equal templates have no change, unequal ones at least one. */
export const diffTemplates = (before: JsonObject, after: JsonObject): readonly Change[] => {
  const [old, fresh] = [resourcesOf(before), resourcesOf(after)];
  const ids = [...new Set([...Object.keys(old), ...Object.keys(fresh)])].sort();
  const changes = ids.flatMap((id) => changeOf(id, old[id], fresh[id]));
  return [...changes, ...besideResources(before, after)].sort(
    (one, other) => ORDER.indexOf(one.kind) - ORDER.indexOf(other.kind),
  );
};

const changeOf = (id: string, before: Resource | undefined, after: Resource | undefined): readonly Change[] => {
  if (isDeepStrictEqual(before, after)) return [];
  const resource = after ?? before;
  const common = { id, type: resource?.Type ?? "", path: pathOf(resource), before, after };
  if (before === undefined) return [{ ...common, kind: "added", properties: [] }];
  if (after === undefined) return [{ ...common, kind: "removed", properties: [] }];
  return [{ ...common, kind: "changed", properties: told(partsOf(before), partsOf(after)) }];
};

/** What a resource is, and what is said about it, apart: a property may be named as an attribute is. */
const partsOf = ({ Properties = {}, ...attributes }: Resource): readonly JsonObject[] => [attributes, Properties];

/** Says so where values differ only in the way in which the template writes them. */
const told = (before: readonly JsonObject[], after: readonly JsonObject[]): readonly PropertyChange[] => {
  const changes = before.flatMap((part, place) => propertyChanges(plain(part), plain(after[place] ?? {})));
  return changes.length > 0 ? changes : [{ path: "(how it is written)", before: "the same", after: "the same" }];
};

const pathOf = (resource: Resource | undefined): string | undefined => {
  const path = resource?.Metadata?.["aws:cdk:path"];
  return typeof path === "string" ? path.replace(/\/Resource$/, "") : undefined;
};

const besideResources = (before: JsonObject, after: JsonObject): readonly Change[] => {
  const { Resources: _old, ...old } = before;
  const { Resources: _fresh, ...fresh } = after;
  if (isDeepStrictEqual(old, fresh)) return [];
  const id = "(template)";
  if (!isObject(before.Resources)) return [];
  return [{ kind: "changed", id, type: "outputs and what else it says", properties: told([old], [fresh]) }];
};
