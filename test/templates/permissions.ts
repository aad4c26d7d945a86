import { isList, isObject, type Json, type JsonObject, listOf, type Resource, resourcesOf } from "./json.ts";
import { plain } from "./plain.ts";

/** One action that a template lets or forbids someone on something. */
export type Permission = {
  /** The logical id of the resource that says so. */
  readonly holder: string;
  readonly effect: string;
  readonly who: string;
  readonly action: string;
  readonly what: string;
  /** As JSON; empty where there is none. */
  readonly condition: string;
};

/** Lists every permission in a template: of roles, of resources' own policies, of functions, and who may be a role. */
export const permissionsOf = (template: JsonObject): readonly Permission[] =>
  Object.entries(resourcesOf(template)).flatMap(([id, resource]) => [
    ...documentsIn(plain(resource.Properties ?? {})).flatMap((statement) => permissionsIn(statement, id, resource)),
    ...managedPolicies(id, resource),
    ...invocations(id, resource),
  ]);

/** Returns the statements of all policy documents in a value, however deep. */
const documentsIn = (value: Json): readonly JsonObject[] => {
  if (isList(value)) return value.flatMap(documentsIn);
  if (!isObject(value)) return [];
  const { Statement, ...rest } = value;
  return [...listOf(Statement).filter(isObject), ...Object.values(rest).flatMap(documentsIn)];
};

const permissionsIn = (statement: JsonObject, id: string, resource: Resource): readonly Permission[] => {
  const condition = statement.Condition === undefined ? "" : JSON.stringify(statement.Condition);
  const effect = String(statement.Effect ?? "Allow");
  return principalsOf(statement, id, resource).flatMap((who) =>
    named(statement, "Action").flatMap((action) =>
      (statement.Resource === undefined && statement.NotResource === undefined ? [id] : named(statement, "Resource"))
        // The resource's own id says which role or queue is meant.
        .map((what) => ({ holder: id, effect, who, action, what, condition })),
    ),
  );
};

/** Returns a field's values, and those of its opposite as what they leave. */
const named = (statement: JsonObject, field: string): readonly string[] => [
  ...listOf(statement[field]).map(textOf),
  ...(statement[`Not${field}`] === undefined
    ? []
    : [`all but ${listOf(statement[`Not${field}`]).map(textOf).join(", ")}`]),
];

const principalsOf = (statement: JsonObject, id: string, { Properties }: Resource): readonly string[] => {
  if (statement.NotPrincipal !== undefined) return [`all but ${textOf(statement.NotPrincipal)}`];
  const { Principal: principal } = statement;
  if (isObject(principal)) {
    return Object.entries(principal).flatMap(([kind, names]) =>
      listOf(names).map((name) => (kind === "AWS" && name === "*" ? "anyone" : textOf(name))),
    );
  }
  if (principal !== undefined) return [principal === "*" ? "anyone" : textOf(principal)];
  const roles = listOf(plain(Properties?.Roles ?? [])).map((role) => textOf(role).replace(/^\$\{(.+)\}$/, "$1"));
  return roles.length > 0 ? roles : [id];
};

const textOf = (value: Json): string => (typeof value === "string" ? value : JSON.stringify(value));

const managedPolicies = (id: string, { Properties }: Resource): readonly Permission[] =>
  listOf(plain(Properties?.ManagedPolicyArns ?? [])).map((policy) => ({
    holder: id,
    effect: "Allow",
    who: id,
    action: `all of policy ${textOf(policy)}`,
    what: "what it names",
    condition: "",
  }));

const invocations = (id: string, { Type, Properties }: Resource): readonly Permission[] => {
  if (Type !== "AWS::Lambda::Permission") return [];
  const { Action, FunctionName, Principal, ...rest } = plain(Properties ?? {}) as JsonObject;
  const condition = Object.keys(rest).length === 0 ? "" : JSON.stringify(rest);
  const who = Principal === "*" ? "anyone" : textOf(Principal ?? "");
  return [
    { holder: id, effect: "Allow", who, action: textOf(Action ?? ""), what: textOf(FunctionName ?? ""), condition },
  ];
};
