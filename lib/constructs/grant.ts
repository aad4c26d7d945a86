import { Stack } from "aws-cdk-lib";
import { Effect, PolicyStatement } from "aws-cdk-lib/aws-iam";
import type { IConstruct } from "constructs";
import { acknowledge } from "./acknowledge.ts";

/** Actions that a role may take, and on what. */
export type Grant = {
  readonly actions: readonly string[];
  readonly resources: readonly string[];
  /** What must hold besides, by operator and key. @default nothing */
  readonly conditions?: Readonly<Record<string, Readonly<Record<string, readonly string[]>>>>;
  /** Why a resource is a pattern. @default none is, but the `*` of actions that take nothing narrower */
  readonly openBecause?: string;
};

/** Actions that take no resource but `*`. @see https://docs.aws.amazon.com/service-authorization/latest/reference/reference_policies_actions-resources-contextkeys.html */
const UNSCOPED_ACTIONS: ReadonlyMap<string, string> = new Map([
  ["cloudwatch:GetMetricData", "CloudWatch has no rights by metric"],
  ["lambda:ListEventSourceMappings", "Lambda has no rights by mapping for listing them"],
  ["lambda:GetAccountSettings", "the account's settings are of no one resource"],
]);

/**
 * Returns grants as a policy says them.
 *
 * @throws TypeError where an action is a pattern, or a resource is one for no reason
 */
export const statementsOf = (grants: readonly Grant[]): PolicyStatement[] =>
  grants.map((grant) => {
    const { actions, resources, conditions } = grant;
    const everything = actions.find(isPattern);
    if (everything !== undefined) throw new TypeError(`a grant must name its actions, got ${everything}`);
    if (isOpen(grant)) reasonOf(grant);
    return new PolicyStatement({
      effect: Effect.ALLOW,
      actions: [...actions],
      resources: [...resources],
      ...(conditions && { conditions }),
    });
  });

/** Acknowledges the patterns among a role's grants, each with its reason. */
export const acknowledgeOpenGrants = (role: IConstruct, grants: readonly Grant[]): void => {
  role.node.addValidation({
    // Not before: how a stack writes a resource of another one is known when all of the app is.
    validate: () => {
      for (const grant of grants.filter(isOpen)) {
        for (const resource of grant.resources.filter(isPattern)) {
          acknowledge(role, `IAM5[Resource::${asFound(Stack.of(role).resolve(resource))}]`, reasonOf(grant));
        }
      }
      return [];
    },
  });
};

const isPattern = (name: string): boolean => name.includes("*");
const isOpen = ({ resources }: Grant): boolean => resources.some(isPattern);

const reasonOf = ({ actions, resources, openBecause }: Grant): string => {
  if (openBecause !== undefined) return openBecause;
  const reasons = resources.every((resource) => resource === "*") ? actions.map((it) => UNSCOPED_ACTIONS.get(it)) : [];
  if (reasons.length > 0 && !reasons.includes(undefined)) return reasons.join(", and ");
  throw new TypeError(`a grant of ${actions.join(", ")} on ${resources.join(", ")} must say why it is open`);
};

type Written = {
  readonly Ref?: string;
  readonly "Fn::GetAtt"?: readonly string[];
  readonly "Fn::ImportValue"?: unknown;
  readonly "Fn::Join"?: readonly [string, readonly unknown[]];
};

/** Writes a resource as cdk-nag names it in a finding: `<Bucket.Arn>/inputs/*`. */
const asFound = (written: unknown): string => {
  if (typeof written === "string") return written;
  const { Ref: ref, "Fn::GetAtt": attribute, "Fn::ImportValue": imported, "Fn::Join": joined } = written as Written;
  if (joined !== undefined) return joined[1].map(asFound).join(joined[0]);
  if (imported !== undefined) return asFound(imported);
  return `<${attribute?.join(".") ?? ref}>`;
};
