import { describe, expect, test } from "vitest";
import { API_VARIABLES } from "../../lib/core/environment.ts";
import { isSluiceError } from "../../lib/core/errors.ts";
import { ROUTES } from "../../lib/core/routes.ts";
import type { StageSettings } from "../../lib/core/settings.ts";
import { templatesOf } from "../support/synthesize.ts";

const pipelineOf = (stage: Partial<StageSettings> = {}) =>
  templatesOf("a", {
    jobTypes: { first: { maxConcurrency: 7 }, second: { provisioned: { min: 2, max: 5 } } },
    ...stage,
  }).pipeline;

const JWT = { issuer: "https://login.example.com/", audience: ["sluice", "more"] };

/** Undefined where the settings are refused. */
const templateOrNone = (settings: Partial<StageSettings>): ReturnType<typeof pipelineOf> | undefined => {
  try {
    return pipelineOf(settings);
  } catch (error) {
    if (isSluiceError(error) && error.code === "SettingsInvalid") return undefined;
    throw error;
  }
};

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

  test.each<[Partial<StageSettings>, string]>([
    [{}, "AWS_IAM"],
    [{ auth: "iam" }, "AWS_IAM"],
    [{ auth: "jwt", jwt: JWT }, "JWT"],
    [{ auth: "public" }, "NONE"],
    [{ front: "rest" }, "AWS_IAM"],
    [{ front: "rest", auth: "iam" }, "AWS_IAM"],
    [{ front: "rest", auth: "apiKey" }, "NONE with a key"],
    [{ front: "rest", auth: "public" }, "NONE"],
  ])("authorizes every route, and what is none: %j is %s", (settings, authorization) => {
    const template = pipelineOf(settings);

    const ways = [
      ...propertiesOf(template, "AWS::ApiGatewayV2::Route"),
      ...propertiesOf(template, "AWS::ApiGateway::Method"),
    ].map(({ AuthorizationType, ApiKeyRequired }) => `${AuthorizationType}${ApiKeyRequired ? " with a key" : ""}`);

    expect(ways.length).toBeGreaterThan(ROUTES.length);
    expect(new Set(ways)).toEqual(new Set([authorization]));
  });

  test("has no open route but in a stage that says so, whatever else it says", () => {
    const all = [undefined, "iam", "jwt", "apiKey", "public"].flatMap((auth) =>
      [undefined, "http", "rest"].flatMap((front) => [undefined, JWT].map((jwt) => ({ auth, front, jwt }))),
    );

    const taken = all.flatMap((settings) => {
      const template = templateOrNone(settings as Partial<StageSettings>);
      return template === undefined ? [] : [{ settings, template }];
    });

    for (const { settings, template } of taken) {
      const routes = propertiesOf(template, "AWS::ApiGatewayV2::Route");
      const methods = propertiesOf(template, "AWS::ApiGateway::Method");
      const open = [...routes, ...methods].filter(
        ({ AuthorizationType, ApiKeyRequired }) => AuthorizationType === "NONE" && ApiKeyRequired !== true,
      );
      expect(open.length > 0, JSON.stringify(settings)).toBe(settings.auth === "public");
      expect([routes.length > 0, methods.length > 0]).toEqual([settings.front !== "rest", settings.front === "rest"]);
    }
    expect(taken).toHaveLength(12);
  }, 120_000);

  test.each([
    ["http", "HttpApi"],
    ["rest", "RestApi"],
  ] as const)("may be invoked by its own API, on any route of any stage: %s", (front, api) => {
    const [permission, ...others] = propertiesOf(pipelineOf({ front }), "AWS::Lambda::Permission");

    expect(others).toEqual([]);
    expect(permission.Principal).toBe("apigateway.amazonaws.com");
    expect(permission.SourceArn["Fn::Join"][1].slice(-2)).toEqual([{ Ref: expect.stringContaining(api) }, "/*/*"]);
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

  test("answers within the time that its front waits", () => {
    expect(apiFunctionOf(pipelineOf())).toMatchObject({ MemorySize: 512, Timeout: 29 });
    expect(apiFunctionOf(pipelineOf({ front: "rest" }))).toMatchObject({ MemorySize: 512, Timeout: 28 });
  });

  test("is the same function with the same rights behind both fronts", () => {
    const [http, rest] = (["http", "rest"] as const).map((front) => {
      const template = pipelineOf({ front });
      const { Timeout, ...own } = apiFunctionOf(template);
      const role = Object.entries(template.findResources("AWS::IAM::Role")).find(([id]) => id.includes("ApiHandler"));
      return { own, role };
    });

    expect(rest).toEqual(http);
  });
});
