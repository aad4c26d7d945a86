import { isSluiceError, SluiceError } from "../core/errors.ts";
import type { Stack } from "./assembly.ts";
import { resolveDynamicReferences } from "./dynamic-references.ts";
import { evaluate, evaluateCondition, referencesIn, type Scope } from "./intrinsics.ts";
import { isJsonObject, type Json } from "./json.ts";
import { PSEUDO_PARAMETERS } from "./pseudo-parameters.ts";
import type { Created } from "./resources/resource-type.ts";
import { SUPPORTED_TYPES } from "./resources/table.ts";
import { inspectFields } from "./resources/treatment.ts";
import type { TemplateResource } from "./template.ts";
import { refusal } from "./template-check.ts";
import { topologicalOrder } from "./topological-order.ts";
import type { World } from "./world.ts";

/**
 * Makes all resources of the stacks, each after those that it refers to.
 *
 * @returns the stacks' outputs, by `<stack>.<output>`
 * @throws TemplateInvalid, TemplateUnsupported, TableDiffers or ResourceFailed with what a resource's service answered
 */
export const deploy = async (stacks: readonly Stack[], world: World): Promise<Readonly<Record<string, string>>> => {
  const exports = new Map<string, Json>();
  const owners = new Map<string, string>();
  const outputs: Record<string, string> = {};
  for (const stack of stacks) {
    const scope = await deployStack(stack, exports, owners, world);
    for (const [name, { value, exportName, condition }] of Object.entries(stack.template.outputs)) {
      if (condition !== undefined && !scope.condition(condition)) continue;
      const result = evaluate(value, scope) ?? null;
      outputs[`${stack.name}.${name}`] = typeof result === "string" ? result : JSON.stringify(result);
      if (exportName !== undefined) exports.set(String(evaluate(exportName, scope)), result);
    }
  }
  return outputs;
};

const deployStack = async (
  stack: Stack,
  exports: ReadonlyMap<string, Json>,
  owners: Map<string, string>,
  world: World,
): Promise<Scope> => {
  const created = new Map<string, Created>();
  const scope = scopeOf(stack, created, exports);
  for (const logicalId of creationOrder(stack)) {
    const resource = stack.template.resources[logicalId];
    if (resource === undefined || (resource.condition !== undefined && !scope.condition(resource.condition))) continue;
    const made = await createResource(stack.name, logicalId, resource, scope, world);
    checkOwnName(`${stack.name}.${logicalId}`, made, owners);
    created.set(logicalId, made);
  }
  return scope;
};

/** What an earlier run left is taken over, so a service does not tell when two resources have one name. */
const checkOwnName = (path: string, { attributes }: Created, owners: Map<string, string>): void => {
  const arn = attributes?.Arn;
  if (arn === undefined) return;
  const owner = owners.get(arn);
  if (owner !== undefined) {
    throw new SluiceError("TemplateInvalid", `${path} must have a name of its own, got that of ${owner}`, {
      hint: "AWS would refuse it too: leave the name out, or choose another",
    });
  }
  owners.set(arn, path);
};

const creationOrder = ({ name, template }: Stack): readonly string[] =>
  topologicalOrder(
    Object.keys(template.resources),
    (logicalId) => {
      const resource = template.resources[logicalId];
      if (resource === undefined) return [];
      return [...resource.dependsOn, ...referencesIn(resource.properties).map((reference) => reference.name)];
    },
    (path) =>
      new SluiceError("TemplateInvalid", `${name} must have no cycle of references, got ${path.join(" → ")}`, {
        hint: "AWS would refuse it too: let one of these resources do without the other",
      }),
  );

const createResource = async (
  stackName: string,
  logicalId: string,
  resource: TemplateResource,
  scope: Scope,
  world: World,
): Promise<Created> => {
  const type = SUPPORTED_TYPES.get(resource.type);
  if (type === undefined) throw refusal([`${stackName}.${logicalId}: type ${resource.type}`]);
  const evaluated = evaluate(resource.properties, scope) ?? {};
  const properties = resolveDynamicReferences(evaluated, (arn) => world.secrets.get(arn));
  // The first look passed over what functions give: now their values are known.
  const unsupported = inspectFields(type.properties, properties).filter((finding) => finding.kind === "unsupported");
  if (unsupported.length > 0 || !isJsonObject(properties)) {
    const where = `${stackName}.${logicalId} (${resource.type})`;
    throw refusal(unsupported.map(({ path, reason }) => `${where}: ${path} ${reason}`));
  }
  try {
    return await type.create({ stackName, logicalId, type: resource.type, properties }, world);
  } catch (cause) {
    if (isSluiceError(cause) && cause.code !== "AwsCallFailed") throw cause;
    const reason = cause instanceof Error ? cause.message : String(cause);
    throw new SluiceError(
      "ResourceFailed",
      `${stackName}.${logicalId} (${resource.type}) must be made, got: ${reason}`,
      {
        hint: "AWS would likely refuse it too: look at the resource's properties",
        cause,
      },
    );
  }
};

const scopeOf = (stack: Stack, created: ReadonlyMap<string, Created>, exports: ReadonlyMap<string, Json>): Scope => {
  const { parameters, conditions } = stack.template;
  const scope: Scope = {
    ref: (name) => {
      const resource = created.get(name);
      if (resource !== undefined) return resource.ref;
      return PSEUDO_PARAMETERS[name]?.(stack.name) ?? parameters[name]?.Default ?? missing(stack, `Ref ${name}`);
    },
    attribute: (logicalId, attribute) =>
      created.get(logicalId)?.attributes?.[attribute] ?? missing(stack, `Fn::GetAtt ${logicalId}.${attribute}`),
    condition: (name) => evaluateCondition(conditions[name] ?? missing(stack, `Condition ${name}`), scope),
    exported: (name) => exports.get(name) ?? missing(stack, `Fn::ImportValue ${name}`),
  };
  return scope;
};

const missing = (stack: Stack, what: string): never => {
  throw new SluiceError("TemplateInvalid", `${stack.name} must refer to what there is, got ${what}`, {
    hint: "synthesize the app again: npx cdk synth",
  });
};
