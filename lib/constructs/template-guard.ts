import { CfnResource, type Stack } from "aws-cdk-lib";
import type { IConstruct } from "constructs";
import { SluiceError } from "../core/errors.ts";
import { findingsAt, type GuardFinding, sayBreach } from "../core/guard.ts";
import { guardFunction, guardMapping, guardQueue } from "../core/template-guards.ts";
import { annotateWarnings } from "./annotate-warnings.ts";
import { functionOf, mappingOf, queueOf, type TemplateResources } from "./template-facts.ts";

/**
 * Checks every queue, function and event source mapping below a construct as their templates will have them: what the
 * settings came to, what an escape hatch changed, and what others added.
 *
 * Warnings are said, as far as nobody acknowledged them; refusals end the synthesis, all in one error.
 *
 * @throws TemplateRefused while the app is synthesized
 */
export const guardTemplates = (scope: IConstruct): void => {
  scope.node.addValidation({
    validate: () => {
      const stacks = new Set(resourcesBelow(scope).map(({ stack }) => stack));
      const findings = [...stacks].flatMap((stack) => guardStack(stack, scope));
      const refused = findingsAt("refuse", findings);
      if (refused.length > 0) throw refusal(refused);
      return [];
    },
  });
};

/** Checks a stack's resources below a construct; what they refer to may be anywhere in the stack. */
const guardStack = (stack: Stack, scope: IConstruct): readonly GuardFinding[] => {
  const resources = resourcesOf(stack);
  const template = Object.fromEntries(resources.map(({ logicalId, written }) => [logicalId, written]));
  const own = resources.filter(({ construct }) => construct.node.scopes.includes(scope));
  return own.flatMap(({ logicalId, construct, written }) => {
    const findings = guardResource(`${stack.node.id}.${logicalId}`, template, written);
    annotateWarnings(construct, findings);
    return findings;
  });
};

const guardResource = (
  path: string,
  template: TemplateResources,
  { Type: type, Properties: properties = {} }: TemplateResources[string],
): readonly GuardFinding[] => {
  if (type === "AWS::SQS::Queue") return guardQueue(path, queueOf(template, properties));
  if (type === "AWS::Lambda::Function") return guardFunction(path, functionOf(properties));
  if (type !== "AWS::Lambda::EventSourceMapping") return [];
  const mapping = mappingOf(template, properties);
  return mapping === undefined ? [] : guardMapping(path, mapping);
};

const resourcesBelow = (scope: IConstruct): readonly CfnResource[] =>
  scope.node.findAll().filter(CfnResource.isCfnResource);

type StackResource = {
  readonly logicalId: string;
  readonly construct: CfnResource;
  readonly written: TemplateResources[string];
};

/** A resource's own properties do not show what `addPropertyOverride` changes: only what is written does. */
const resourcesOf = (stack: Stack): readonly StackResource[] =>
  resourcesBelow(stack)
    .filter((construct) => construct.stack === stack)
    .flatMap((construct) => {
      const { Resources: written } = stack.resolve(construct._toCloudFormation()) as { Resources: TemplateResources };
      return Object.entries(written).map(([logicalId, resource]) => ({ logicalId, construct, written: resource }));
    });

const refusal = (refused: readonly GuardFinding[]): SluiceError => {
  const count = refused.length === 1 ? "1 resource is" : `${refused.length} resources are`;
  const lines = refused.map(sayBreach).join("\n  ");
  return new SluiceError("TemplateRefused", `${count} not what Sluice can run:\n  ${lines}`, {
    hint: "mend what sets these properties: the settings, or code that adds or overrides resources",
  });
};
