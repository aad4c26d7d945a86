import type { JsonObject } from "./json.ts";
import { accessChanges } from "./permission-changes.ts";
import { changeText } from "./property-changes.ts";
import { isFixed, lossOf } from "./stateful.ts";
import type { Change } from "./template-diff.ts";

/**
 * Finds in a comparison what a reader must not miss, a line each: what could lose data, what gives or takes access
 * (`+`, `-`), and what protects less or more.
 */
export const calloutsOf = (before: JsonObject, after: JsonObject, changes: readonly Change[]): readonly string[] => [
  ...changes.flatMap(losses),
  ...accessChanges(before, after),
  ...shared(changes.flatMap(openDoors)),
  ...shared(changes.flatMap(protections)),
];

const losses = (change: Change): readonly string[] => {
  const why = lossOf(change.before?.Type ?? "");
  if (why === undefined || change.kind === "added") return [];
  if (change.kind === "removed")
    return [`! REMOVED ${named(change)}: ${why}. ${fateOf(change.before?.DeletionPolicy)}`];
  const cause = replacementCause(change);
  const fate = fateOf(change.before?.UpdateReplacePolicy);
  return cause === undefined ? [] : [`! REPLACED by a new one ${named(change)}: ${why}, and ${cause}. ${fate}`];
};

const named = ({ id, type, path }: Change): string => `${id} (${path === undefined ? type : `${type}, ${path}`})`;

const fateOf = (policy: string | undefined): string =>
  policy?.startsWith("Retain")
    ? "What is deployed stays in the account, and no stack knows it any more"
    : "What is deployed is deleted";

/** Says why a change cannot be made in place. */
export const replacementCause = ({ before, after, properties }: Change): string | undefined => {
  if (before === undefined || after === undefined) return undefined;
  if (before.Type !== after.Type) return `${before.Type} cannot become ${after.Type}`;
  const top = properties.map(({ path }) => path.split(/[.[ ]/)[0] ?? "");
  const fixed = top.find((property) => isFixed(before.Type, property));
  return fixed === undefined ? undefined : `${fixed} cannot be changed in place`;
};

type Statement = { readonly text: string; readonly id: string };

/** Says once what is true of several resources. */
const shared = (statements: readonly Statement[]): readonly string[] =>
  [...Map.groupBy(statements, ({ text }) => text)].map(
    ([text, given]) => `! ${text} of ${given.map(({ id }) => id).join(", ")}`,
  );

/** Finds new routes and function URLs that ask for no credentials. */
const openDoors = ({ kind, id, after }: Change): readonly Statement[] => {
  const { Type = "", Properties = {} } = after ?? {};
  if (kind !== "added" || !/^AWS::(ApiGateway(V2)?::(Route|Method)|Lambda::Url)$/.test(Type)) return [];
  const asked = Properties.AuthorizationType ?? Properties.AuthType ?? "NONE";
  if (asked !== "NONE") return [];
  return [
    { text: `OPEN to anyone${Properties.ApiKeyRequired === true ? " with an API key" : ""} is the new route`, id },
  ];
};

/** Attributes and properties that guard data or access, wherever they stand. */
const GUARDS =
  /DeletionPolicy|UpdateReplacePolicy|DeletionProtection|PointInTimeRecovery|Versioning|PublicAccess|AccessControl|Ownership|Encrypt|Kms|KMS|S[Ss][Ee]|Authoriz|AuthType|ApiKey|Cors|DisableExecuteApiEndpoint|PermissionsBoundary|cdk_nag/;

const protections = ({ kind, id, type, properties }: Change): readonly Statement[] =>
  kind !== "changed" || /Dashboard|Alarm/.test(type)
    ? []
    : properties
        .filter(({ path }) => (GUARDS.test(path) && !path.startsWith("Environment.")) || type.endsWith("Authorizer"))
        .map((change) => ({ text: changeText(change), id }));
