import { App, Stack } from "aws-cdk-lib";
import { Template } from "aws-cdk-lib/assertions";
import { Topic } from "aws-cdk-lib/aws-sns";
import { expect, it } from "vitest";
import { MonthlyBudget } from "../../../lib/constructs/monthly-budget.ts";
import { readAssembly } from "../../../lib/local/assembly.ts";
import { deploy } from "../../../lib/local/deployment.ts";
import { checkTemplates } from "../../../lib/local/template-check.ts";
import { AssemblyBuilder } from "../../support/assembly-builder.ts";
import { emptyWorld } from "../../support/empty-world.ts";
import { temporaryFolder } from "../../support/temporary-folder.ts";

it("is deployed, and told of as what nothing watches on this machine", async () => {
  const stack = new Stack(new App(), "App");
  new MonthlyBudget(stack, "Budget", { usd: 20, topic: new Topic(stack, "Topic"), email: "me@example.com" });
  const template = { ...Template.fromStack(stack).toJSON(), Rules: {}, Parameters: {} };
  const stacks = await readAssembly(new AssemblyBuilder(temporaryFolder()).write({ App: { template } }));

  const differences = checkTemplates(stacks);

  await deploy(stacks, emptyWorld());
  expect(differences.filter(({ type }) => type === "AWS::Budgets::Budget")).toEqual([
    {
      type: "AWS::Budgets::Budget",
      property: "Budget",
      why: "nothing costs anything here, and no budget is watched",
    },
    { type: "AWS::Budgets::Budget", property: "NotificationsWithSubscribers", why: "no effect on a local run" },
  ]);
});
