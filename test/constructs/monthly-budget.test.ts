import { describe, expect, it } from "vitest";
import type { StageSettings } from "../../lib/core/settings.ts";
import { templatesOf } from "../support/synthesize.ts";

const BUDGET = "AWS::Budgets::Budget";

const pipelineOf = (stage: Partial<StageSettings>) => templatesOf("a", { jobTypes: { work: {} }, ...stage }).pipeline;

const subscribersOf = (stage: Partial<StageSettings>): readonly unknown[] => {
  const [budget] = Object.values(pipelineOf(stage).findResources(BUDGET));
  return budget?.Properties.NotificationsWithSubscribers.map(
    ({ Subscribers }: { Subscribers: unknown }) => Subscribers,
  );
};

describe("MonthlyBudget", () => {
  const pipeline = pipelineOf({ monthlyBudgetUsd: 20 });

  it("is not there unless the stage says what a month may cost", () => {
    pipelineOf({}).resourceCountIs(BUDGET, 0);
  });

  it("counts what the whole account costs in a month, by no tag that somebody has to activate first", () => {
    const [budget] = Object.values(pipeline.findResources(BUDGET));

    expect(budget?.Properties.Budget).toEqual({
      BudgetType: "COST",
      TimeUnit: "MONTHLY",
      BudgetLimit: { Amount: 20, Unit: "USD" },
    });
  });

  it("tells when four fifths are spent, and when all of it is going to be", () => {
    const [budget] = Object.values(pipeline.findResources(BUDGET));

    const percentage = { ThresholdType: "PERCENTAGE", ComparisonOperator: "GREATER_THAN" };
    expect(
      budget?.Properties.NotificationsWithSubscribers.map(
        ({ Notification }: { Notification: unknown }) => Notification,
      ),
    ).toEqual([
      { NotificationType: "ACTUAL", Threshold: 80, ...percentage },
      { NotificationType: "FORECASTED", Threshold: 100, ...percentage },
    ]);
  });

  it("tells the alarms' topic, and by mail whom the stage names", () => {
    const topic = { SubscriptionType: "SNS", Address: { Ref: "AlarmTopic" } };
    const mail = { SubscriptionType: "EMAIL", Address: "me@example.com" };

    const [quiet, mailed] = [{}, { alarmEmail: "me@example.com" }].map((stage) =>
      subscribersOf({ monthlyBudgetUsd: 20, ...stage }),
    );

    expect(quiet).toEqual([[topic], [topic]]);
    expect(mailed).toEqual([
      [topic, mail],
      [topic, mail],
    ]);
  });

  it("may publish to the topic before it is made, for this account's budgets alone", () => {
    const [[policyId, policy] = []] = Object.entries(pipeline.findResources("AWS::SNS::TopicPolicy"));
    const [budget] = Object.values(pipeline.findResources(BUDGET));

    expect(policy?.Properties.PolicyDocument.Statement.at(-1)).toMatchObject({
      Effect: "Allow",
      Action: "sns:Publish",
      Principal: { Service: "budgets.amazonaws.com" },
      Resource: { Ref: "AlarmTopic" },
      Condition: {
        StringEquals: { "aws:SourceAccount": { Ref: "AWS::AccountId" } },
        ArnLike: {
          "aws:SourceArn": {
            "Fn::Join": ["", ["arn:", { Ref: "AWS::Partition" }, ":budgets::", { Ref: "AWS::AccountId" }, ":*"]],
          },
        },
      },
    });
    expect(budget?.DependsOn).toEqual([policyId]);
  });
});
