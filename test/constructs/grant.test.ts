import { describe, expect, it } from "vitest";
import { statementsOf } from "../../lib/constructs/grant.ts";

describe("a grant", () => {
  it("becomes a statement that allows its actions on its resources, under its conditions", () => {
    const conditions = { StringEquals: { "dynamodb:LeadingKeys": ["scaling"] } };

    const [statement] = statementsOf([{ actions: ["dynamodb:Query"], resources: ["arn:table"], conditions }]);

    expect(statement?.toJSON()).toEqual({
      Effect: "Allow",
      Action: "dynamodb:Query",
      Resource: "arn:table",
      Condition: conditions,
    });
  });

  it("may be on everything where no action of it takes anything narrower", () => {
    const [statement] = statementsOf([{ actions: ["cloudwatch:GetMetricData"], resources: ["*"] }]);

    expect(statement?.toJSON()).toMatchObject({ Resource: "*" });
  });

  it("may be on a pattern for a reason", () => {
    const openBecause = "objects are named after their jobs";

    const [statement] = statementsOf([{ actions: ["s3:GetObject"], resources: ["arn:bucket/inputs/*"], openBecause }]);

    expect(statement?.toJSON()).toMatchObject({ Resource: "arn:bucket/inputs/*" });
  });

  it.each([
    ["everything", ["sqs:SendMessage"], ["*"]],
    ["everything beside what takes nothing narrower", ["cloudwatch:GetMetricData", "sqs:SendMessage"], ["*"]],
    ["a pattern", ["cloudwatch:GetMetricData"], ["arn:metrics/*"]],
    ["a pattern among others", ["s3:GetObject"], ["arn:bucket/one", "arn:bucket/*"]],
  ])("rejects %s without a reason", (_, actions, resources) => {
    expect(() => statementsOf([{ actions, resources }])).toThrow(
      `a grant of ${actions.join(", ")} on ${resources.join(", ")} must say why it is open`,
    );
  });

  it.each(["sqs:*", "*"])("rejects the action %s, for whatever reason", (action) => {
    expect(() => statementsOf([{ actions: [action], resources: ["arn:queue"], openBecause: "it is easier" }])).toThrow(
      `a grant must name its actions, got ${action}`,
    );
  });
});
