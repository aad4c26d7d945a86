import type { CfnResource } from "aws-cdk-lib";
import type { IConstruct } from "constructs";

/** Joins names into a CloudFormation logical id: `deliver-webhook`, `Queue` → `DeliverWebhookQueue`. */
export const logicalId = (...names: readonly string[]): string =>
  names
    .flatMap((name) => name.split(/[^A-Za-z0-9]+/))
    .map((word) => (word === word.toUpperCase() ? word.toLowerCase() : word))
    .map((word) => word.charAt(0).toUpperCase() + word.slice(1))
    .join("");

/** Fixes the logical id of a stateful construct: moving it in the tree must never replace what it holds. */
export const keepLogicalId = (construct: IConstruct, ...names: readonly string[]): void => {
  const resource = construct.node.defaultChild as CfnResource;
  resource.overrideLogicalId(logicalId(...names));
};
