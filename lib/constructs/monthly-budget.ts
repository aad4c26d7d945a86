import { Stack } from "aws-cdk-lib";
import { CfnBudget } from "aws-cdk-lib/aws-budgets";
import { PolicyStatement, ServicePrincipal } from "aws-cdk-lib/aws-iam";
import type { Topic } from "aws-cdk-lib/aws-sns";
import { Construct } from "constructs";

export type MonthlyBudgetProps = {
  readonly usd: number;
  readonly topic: Topic;
  /** Hears by a mail of its own: a topic's subscriber may be no person. @default the topic alone hears */
  readonly email: string | undefined;
};

/** When a budget tells: most of it is spent, or all of it will be by the end of the month. */
const WARNINGS = [
  { notificationType: "ACTUAL", threshold: 80 },
  { notificationType: "FORECASTED", threshold: 100 },
] as const;

/**
 * What the account may cost a month before somebody hears of it. It stops nothing.
 *
 * It counts the whole account and not the stage's tag. AWS knows a tag's costs only once somebody activated the tag by
 * hand in the account that pays; until then such a budget would see nothing spent, and never tell.
 *
 * @see https://docs.aws.amazon.com/awsaccountbilling/latest/aboutv2/activating-tags.html
 */
export class MonthlyBudget extends Construct {
  constructor(scope: Construct, id: string, { usd, topic, email }: MonthlyBudgetProps) {
    super(scope, id);
    const subscribers: CfnBudget.SubscriberProperty[] = [{ subscriptionType: "SNS", address: topic.topicArn }];
    if (email !== undefined) subscribers.push({ subscriptionType: "EMAIL", address: email });
    const budget = new CfnBudget(this, "Budget", {
      budget: { budgetType: "COST", timeUnit: "MONTHLY", budgetLimit: { amount: usd, unit: "USD" } },
      notificationsWithSubscribers: WARNINGS.map((warning) => ({
        notification: { ...warning, thresholdType: "PERCENTAGE", comparisonOperator: "GREATER_THAN" },
        subscribers,
      })),
    });
    const { policyDependable } = topic.addToResourcePolicy(this.#mayPublish(topic));
    if (policyDependable !== undefined) budget.node.addDependency(policyDependable);
  }

  /** @see https://docs.aws.amazon.com/cost-management/latest/userguide/budgets-sns-policy.html */
  #mayPublish(topic: Topic): PolicyStatement {
    const { account, partition } = Stack.of(this);
    return new PolicyStatement({
      principals: [new ServicePrincipal("budgets.amazonaws.com")],
      actions: ["sns:Publish"],
      resources: [topic.topicArn],
      conditions: {
        StringEquals: { "aws:SourceAccount": account },
        ArnLike: { "aws:SourceArn": `arn:${partition}:budgets::${account}:*` },
      },
    });
  }
}
