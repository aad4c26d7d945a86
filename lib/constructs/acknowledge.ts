import { Validations } from "aws-cdk-lib";
import type { IConstruct } from "constructs";

/**
 * Says why a construct, and all below it, is as a rule of cdk-nag's AwsSolutions pack would not have it.
 *
 * It becomes metadata of the construct: no template shows it, and whoever checks his app with cdk-nag finds it.
 *
 * @param rule the rule without its pack, such as `S1`, and for a rule that finds several things the thing: `IAM5[Resource::*]`
 */
export const acknowledge = (construct: IConstruct, rule: string, reason: string): void =>
  Validations.of(construct).acknowledge({ id: `AwsSolutions-${rule}`, reason });
