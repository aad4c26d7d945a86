import { type JsonObject, resourcesOf } from "./json.ts";
import { type Permission, permissionsOf } from "./permissions.ts";

/**
 * Lists the permissions that come and go between two templates, a line for all actions of someone on one thing. What
 * a removed resource was allowed, or was guarded from, goes unsaid.
 */
export const accessChanges = (before: JsonObject, after: JsonObject): readonly string[] => {
  const [old, fresh] = [permissionsOf(before), permissionsOf(after)];
  const removed = Object.keys(resourcesOf(before)).filter((id) => !(id in resourcesOf(after)));
  const gone = without(old, fresh).filter((permission) => !isOfRemoved(permission, removed));
  return [...grouped(without(fresh, old)).map((text) => `+ ${text}`), ...grouped(gone).map((text) => `- ${text}`)];
};

/** A removed prohibition matters while the thing is there. */
const isOfRemoved = ({ holder, effect, what }: Permission, removed: readonly string[]): boolean =>
  removed.includes(holder) && (effect === "Allow" || removed.some((id) => what.includes(`\${${id}`)));

const without = (list: readonly Permission[], other: readonly Permission[]): readonly Permission[] => {
  const known = new Set(other.map(keyOf));
  return list.filter((permission) => !known.has(keyOf(permission)));
};

/** Permissions with the same key allow the same, whichever resource says so. */
const keyOf = ({ effect, who, action, what, condition }: Permission): string =>
  JSON.stringify([effect, who, action, what, condition]);

const grouped = (permissions: readonly Permission[]): readonly string[] => {
  const groups = Map.groupBy(permissions, (permission) => keyOf({ ...permission, action: "" }));
  return [...groups.values()].map((group) => {
    const { effect, who, what, condition } = group[0] as Permission;
    const actions = [...new Set(group.map(({ action }) => action))].join(", ");
    return `${effect} ${who}: ${actions} on ${what}${condition === "" ? "" : ` if ${condition}`}`;
  });
};
