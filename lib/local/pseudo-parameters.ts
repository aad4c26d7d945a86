import { ACCOUNT_ID, arnOf, PARTITION, REGION, URL_SUFFIX } from "./aws.ts";
import { suffixOf } from "./physical-name.ts";

/** What `Ref` gives for CloudFormation's own parameters, by the name of the stack that asks. */
export const PSEUDO_PARAMETERS: Readonly<Record<string, (stackName: string) => string>> = {
  "AWS::AccountId": () => ACCOUNT_ID,
  "AWS::Partition": () => PARTITION,
  "AWS::Region": () => REGION,
  "AWS::StackId": (stackName) => arnOf("cloudformation", `stack/${stackName}/${suffixOf(stackName, 36)}`),
  "AWS::StackName": (stackName) => stackName,
  "AWS::URLSuffix": () => URL_SUFFIX,
};
