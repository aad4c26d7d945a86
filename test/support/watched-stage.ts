import { App, Stack } from "aws-cdk-lib";
import { Template } from "aws-cdk-lib/assertions";
import { AttributeType, TableV2 } from "aws-cdk-lib/aws-dynamodb";
import { Code, Function as LambdaFunction, Runtime } from "aws-cdk-lib/aws-lambda";
import { LogGroup } from "aws-cdk-lib/aws-logs";
import type { WatchedStage } from "../../lib/constructs/alarm-watched-stage.ts";
import { Alarms } from "../../lib/constructs/alarms.ts";
import { Dashboard } from "../../lib/constructs/dashboard.ts";
import { JobQueue } from "../../lib/constructs/job-queue.ts";
import { parseStage, type StageSettings } from "../../lib/core/settings.ts";

/** A stack that has what alarms and dashboard watch, and those themselves. */
export type WatchedStack = { readonly app: App; readonly template: Template; readonly dashboard: Dashboard };

export const watchedStack = (settings: StageSettings): WatchedStack => {
  const app = new App({ analyticsReporting: false });
  const stack = new Stack(app, "Pipeline", { stackName: "Sluice-a-Pipeline" });
  const watched = watchedStage(stack, settings);
  const alarms = new Alarms(stack, "Alarms", watched);
  const dashboard = new Dashboard(stack, "Dashboard", { watched, alarms });
  return { app, template: Template.fromStack(stack), dashboard };
};

const watchedStage = (stack: Stack, settings: StageSettings): WatchedStage => {
  const stage = parseStage("a", settings);
  const lambda = (id: string): LambdaFunction =>
    new LambdaFunction(stack, id, {
      runtime: Runtime.NODEJS_24_X,
      handler: "index.handler",
      code: Code.fromInline("exports.handler = () => {};"),
      logGroup: new LogGroup(stack, `${id}Logs`),
    });
  return {
    stage,
    jobTypes: Object.entries(stage.jobTypes).map(([name, jobType]) => ({
      name,
      settings: jobType,
      queue: new JobQueue(stack, `${name}Queue`, { jobType: name, settings: jobType }),
      worker: { lambda: lambda(`${name}Worker`) },
    })),
    api: { dimensions: { ApiId: "api1" }, url: "https://api1.example.com/", lambda: lambda("Api") },
    table: new TableV2(stack, "Table", { partitionKey: { name: "pk", type: AttributeType.STRING } }),
    scaler: { lambda: lambda("Scaler") },
  };
};

/** The properties of a template's resources of one type. */
// biome-ignore lint/suspicious/noExplicitAny: templates have no type
export const propertiesOf = (template: Template, type: string): any[] =>
  Object.values(template.findResources(type)).map(({ Properties }) => Properties);

/** Text with references and pseudo parameters as `{Name}`, as a person would read it. */
export const plainText = (value: unknown): string => {
  if (typeof value === "string") return value;
  const [[name, argument] = ["", ""]] = Object.entries(value as object);
  if (name === "Fn::Join") return (argument[1] as readonly unknown[]).map(plainText).join("");
  return `{${name === "Fn::GetAtt" ? argument.join(".") : argument}}`;
};
