import { SluiceError } from "../core/errors.ts";
import type { Stack } from "./assembly.ts";
import type { Difference } from "./differences.ts";
import { intrinsicsIn, referencesIn, SUPPORTED_INTRINSICS } from "./intrinsics.ts";
import type { Json } from "./json.ts";
import { PSEUDO_PARAMETERS } from "./pseudo-parameters.ts";
import { SUPPORTED_TYPES } from "./resources/table.ts";
import { inspectFields } from "./resources/treatment.ts";
import type { TemplateResource } from "./template.ts";

const APIS = ["AWS::ApiGatewayV2::Api", "AWS::ApiGateway::RestApi"];

/**
 * Looks through all templates before anything is started.
 *
 * @returns what will work otherwise than on AWS
 * @throws TemplateUnsupported naming at once everything that this runtime cannot run
 */
export const checkTemplates = (stacks: readonly Stack[]): readonly Difference[] => {
  const unsupported = stacks.flatMap((stack) => [
    ...unsupportedSections(stack),
    ...resourcesOf(stack).flatMap(([path, resource]) => unsupportedIn(stack, path, resource)),
    ...unsupportedOutputs(stack),
  ]);
  const apis = stacks.flatMap(resourcesOf).filter(([, { type }]) => APIS.includes(type));
  if (apis.length > 1) {
    unsupported.push(
      `${apis.map(([path]) => path).join(", ")}: one HTTP or REST API is supported: a run has one port for it`,
    );
  }
  if (unsupported.length > 0) throw refusal(unsupported);
  return stacks.flatMap(resourcesOf).flatMap(([, resource]) => differencesOf(resource));
};

const resourcesOf = ({ name, template }: Stack): readonly (readonly [path: string, TemplateResource])[] =>
  Object.entries(template.resources).map(([logicalId, resource]) => [`${name}.${logicalId}`, resource]);

const unsupportedSections = ({ name, template }: Stack): readonly string[] =>
  template.unknownSections.map((section) => `${name}: section ${section} is not supported`);

const unsupportedIn = (stack: Stack, path: string, resource: TemplateResource): readonly string[] => {
  const type = SUPPORTED_TYPES.get(resource.type);
  if (type === undefined) {
    return [`${path}: type ${resource.type} is not among ${[...SUPPORTED_TYPES.keys()].join(", ")}`];
  }
  const findings = inspectFields(type.properties, resource.properties);
  return [
    ...resource.unknownAttributes.map((attribute) => `${path} (${resource.type}): ${attribute} is not supported`),
    ...findings
      .filter((finding) => finding.kind === "unsupported")
      .map((finding) => `${path} (${resource.type}): ${finding.path} ${finding.reason}`),
    ...unsupportedCalls(stack, `${path} (${resource.type})`, resource.properties),
  ];
};

const unsupportedOutputs = (stack: Stack): readonly string[] =>
  Object.entries(stack.template.outputs).flatMap(([name, { value }]) =>
    unsupportedCalls(stack, `${stack.name}.${name} (output)`, value),
  );

const unsupportedCalls = (stack: Stack, path: string, value: Json): readonly string[] => {
  const unknown = intrinsicsIn(value).filter((name) => !SUPPORTED_INTRINSICS.includes(name));
  if (unknown.length > 0) {
    return unknown.map((name) => `${path}: ${name} is not among ${SUPPORTED_INTRINSICS.join(", ")}`);
  }
  return referencesIn(value).flatMap(({ name, attribute }) => {
    const resource = stack.template.resources[name];
    if (resource === undefined) {
      const isKnown = name in stack.template.parameters || name in PSEUDO_PARAMETERS || name === "AWS::NoValue";
      return isKnown ? [] : [`${path}: ${name} is no resource and no parameter of ${stack.name}`];
    }
    const attributes = SUPPORTED_TYPES.get(resource.type)?.attributes;
    if (attribute === undefined || attributes === undefined || attributes.includes(attribute)) return [];
    const known = attributes.join(", ") || "none";
    return [`${path}: attribute ${attribute} of ${name} (${resource.type}) is not among ${known}`];
  });
};

const differencesOf = (resource: TemplateResource): readonly Difference[] => {
  const type = SUPPORTED_TYPES.get(resource.type);
  if (type === undefined) return [];
  const general = (type.differences ?? []).map(({ about, why }) => ({ type: type.type, property: about, why }));
  const own = inspectFields(type.properties, resource.properties)
    .filter((finding) => finding.kind === "differs")
    .map(({ path, why }) => ({ type: type.type, property: path, why }));
  return [...own, ...general];
};

/** The refusal of everything in a template that this runtime cannot run. */
export const refusal = (unsupported: readonly string[]): SluiceError =>
  new SluiceError(
    "TemplateUnsupported",
    `the template must hold only what a local run supports, got:\n${[...new Set(unsupported)].map((line) => `  ${line}`).join("\n")}`,
    { hint: "leave these out of the stage that you run locally, or deploy to AWS: npx cdk deploy" },
  );
