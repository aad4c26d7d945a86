import { describe, expect, test } from "vitest";
import { API_VARIABLES } from "../../lib/core/environment.ts";
import { ROUTES } from "../../lib/core/routes.ts";
import type { StageSettings } from "../../lib/core/settings.ts";
import { templatesOf } from "../support/synthesize.ts";

const pipelineOf = (stage: Partial<StageSettings> = {}) =>
  templatesOf("a", {
    jobTypes: { first: { maxConcurrency: 7 }, second: { provisioned: { min: 2, max: 5 } } },
    ...stage,
  }).pipeline;

const propertiesOf = (template: ReturnType<typeof pipelineOf>, type: string) =>
  Object.values(template.findResources(type)).map(({ Properties }) => Properties);

const apiFunctionOf = (template: ReturnType<typeof pipelineOf>) =>
  propertiesOf(template, "AWS::Lambda::Function").find(({ Environment }) => "REDRIVE_LIMIT" in Environment.Variables);

describe("JobApi", () => {
  test("routes every operation, and all else, to one function", () => {
    const template = pipelineOf();

    const routes = propertiesOf(template, "AWS::ApiGatewayV2::Route");

    expect(routes.map(({ RouteKey }) => RouteKey)).toEqual([
      ...ROUTES.map(({ method, path }) => `${method} ${path}`),
      "$default",
    ]);
    expect(new Set(routes.map(({ Target }) => JSON.stringify(Target))).size).toBe(1);
    template.resourceCountIs("AWS::ApiGatewayV2::Integration", 1);
    template.hasResourceProperties("AWS::ApiGatewayV2::Integration", {
      IntegrationType: "AWS_PROXY",
      PayloadFormatVersion: "2.0",
    });
  });

  test.each<[StageSettings["auth"], string]>([
    [undefined, "AWS_IAM"],
    ["iam", "AWS_IAM"],
    ["public", "NONE"],
  ])("authorizes every route, the default one too: auth %s is %s", (auth, authorizationType) => {
    const routes = propertiesOf(pipelineOf({ auth }), "AWS::ApiGatewayV2::Route");

    expect(routes.length).toBeGreaterThan(ROUTES.length);
    expect(new Set(routes.map(({ AuthorizationType }) => AuthorizationType))).toEqual(new Set([authorizationType]));
  });

  test("may be invoked by its own API, on any route of any stage", () => {
    const [permission, ...others] = propertiesOf(pipelineOf(), "AWS::Lambda::Permission");

    expect(others).toEqual([]);
    expect(permission.Principal).toBe("apigateway.amazonaws.com");
    expect(permission.SourceArn["Fn::Join"][1].slice(-2)).toEqual([
      { Ref: expect.stringContaining("HttpApi") },
      "/*/*",
    ]);
  });

  test("lets through what the stage says, and logs each request as JSON", () => {
    const [stage] = propertiesOf(
      pipelineOf({ throttle: { ratePerSecond: 12, burst: 34 } }),
      "AWS::ApiGatewayV2::Stage",
    );

    expect(stage).toMatchObject({
      StageName: "$default",
      AutoDeploy: true,
      DefaultRouteSettings: { ThrottlingRateLimit: 12, ThrottlingBurstLimit: 34 },
      AccessLogSettings: { DestinationArn: { "Fn::GetAtt": [expect.stringContaining("AccessLogs"), "Arn"] } },
    });
    expect(JSON.parse(stage.AccessLogSettings.Format)).toMatchObject({
      requestId: "$context.requestId",
      status: "$context.status",
    });
  });

  test("hands its handler every variable that it reads, the queues as JSON", () => {
    const stage = { recordRetentionDays: 12, redriveLimit: 3 };

    const variables = apiFunctionOf(pipelineOf(stage)).Environment.Variables;
    const parts: unknown[] = variables.QUEUES["Fn::Join"][1];
    const queues = parts.map((part) => (typeof part === "string" ? part : (part as { Ref: string }).Ref)).join("");

    expect(Object.keys(variables)).toEqual(expect.arrayContaining(Object.values(API_VARIABLES)));
    expect(variables).toMatchObject({
      METRICS_PERIOD_SECONDS: "60",
      PAYLOAD_BUCKET: { "Fn::ImportValue": expect.stringContaining("PayloadBucket") },
      RECORD_RETENTION_DAYS: "12",
      REDRIVE_LIMIT: "3",
      SCALER_FUNCTION: { Ref: expect.stringContaining("Scaler") },
    });
    expect(JSON.parse(queues)).toEqual({
      first: {
        queueUrl: "FirstQueue",
        deadLetterQueueUrl: "FirstDeadLetterQueue",
        functionName: expect.stringContaining("firstWorkerFunction"),
        limit: 7,
        isProvisioned: false,
      },
      second: {
        queueUrl: "SecondQueue",
        deadLetterQueueUrl: "SecondDeadLetterQueue",
        functionName: expect.stringContaining("secondWorkerFunction"),
        limit: null,
        isProvisioned: true,
      },
    });
  });

  test("answers within the time that an HTTP API waits", () => {
    expect(apiFunctionOf(pipelineOf())).toMatchObject({ MemorySize: 512, Timeout: 29 });
  });
});
