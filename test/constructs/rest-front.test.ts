import { describe, expect, it } from "vitest";
import { PROBLEMS } from "../../lib/core/problem.ts";
import { ROUTES } from "../../lib/core/routes.ts";
import type { StageSettings } from "../../lib/core/settings.ts";
import { templatesOf } from "../support/synthesize.ts";
import { plainText, propertiesOf } from "../support/watched-stage.ts";

const pipelineOf = (stage: Partial<StageSettings> = {}) =>
  templatesOf("a", { front: "rest", jobTypes: { work: {} }, ...stage }).pipeline;

const template = pipelineOf();
const withKey = pipelineOf({ auth: "apiKey", throttle: { ratePerSecond: 12, burst: 34 }, dailyQuota: 567 });

type Reference = { readonly Ref?: string };
type Resource = { readonly ParentId: Reference; readonly PathPart: string };

const resources: Readonly<Record<string, Resource>> = Object.fromEntries(
  Object.entries(template.findResources("AWS::ApiGateway::Resource")).map(([id, { Properties }]) => [id, Properties]),
);

/** The path of a resource, from the root's. */
const pathOf = ({ Ref: id }: Reference): string => {
  const resource = id === undefined ? undefined : resources[id];
  return resource === undefined ? "" : `${pathOf(resource.ParentId)}/${resource.PathPart}`;
};

/** `<METHOD> <path>` of each method. */
const methods = new Map(
  propertiesOf(template, "AWS::ApiGateway::Method").map((method) => [
    `${method.HttpMethod} ${pathOf(method.ResourceId) || "/"}`,
    method,
  ]),
);

const pathsOf = (path: string): readonly string[] =>
  path.split("/").map((_, index, parts) => parts.slice(0, index + 1).join("/") || "/");

const nameless = (path: string): string => path.replaceAll(/\{\w+\}/g, "{typeOrId}");

describe("a REST API in front", () => {
  it("has a method for each route, and one for whatever else comes to a resource", () => {
    const routes = ROUTES.map(({ method, path }) => `${method} ${nameless(path)}`);
    const others = [...ROUTES.flatMap(({ path }) => pathsOf(nameless(path))), "/{proxy+}"].map((path) => `ANY ${path}`);

    expect(new Set(methods.keys())).toEqual(new Set([...routes, ...others]));
    expect(methods.has("ANY /queues/{typeOrId}")).toBe(true);
  });

  it("has one variable in a place at most, as API Gateway wants it", () => {
    const variables = Object.values(resources)
      .filter(({ PathPart }) => /^\{\w+\}$/.test(PathPart))
      .map(({ ParentId }) => pathOf(ParentId));

    expect(variables.length).toBeGreaterThan(0);
    expect(new Set(variables).size).toBe(variables.length);
  });

  it("hands every request to one function, in Lambda's own format", () => {
    const integrations = [...methods.values()].map(({ Integration }) => ({
      ...Integration,
      Uri: plainText(Integration.Uri),
    }));

    expect(new Set(integrations.map((integration) => JSON.stringify(integration))).size).toBe(1);
    expect(integrations[0]).toEqual({
      Type: "AWS_PROXY",
      IntegrationHttpMethod: "POST",
      Uri: expect.stringMatching(/:lambda:path\/2015-03-31\/functions\/\{PipelineApiHandler.*\.Arn\}\/invocations$/),
    });
  });

  it("refuses a body that is no JSON object where a route needs one, whatever type it claims to be of", () => {
    const [model] = propertiesOf(template, "AWS::ApiGateway::Model");
    const [validator] = propertiesOf(template, "AWS::ApiGateway::RequestValidator");
    const checked = [...methods].filter(([, { RequestValidatorId }]) => RequestValidatorId !== undefined);

    expect(model).toMatchObject({ Schema: { type: "object" } });
    expect(validator).toMatchObject({ ValidateRequestBody: true });
    expect(checked.map(([route]) => route)).toEqual([
      "POST /jobs/{typeOrId}",
      "POST /jobs/{typeOrId}/batch",
      "POST /queues/{typeOrId}/limit",
    ]);
    for (const [, { RequestModels }] of checked) expect(Object.keys(RequestModels)).toEqual(["$default"]);
  });

  it("says what it refuses as problem details, in the words of the function where it has some", () => {
    const answers = propertiesOf(template, "AWS::ApiGateway::GatewayResponse");
    const codes = answers.map(({ ResponseType, StatusCode, ResponseTemplates }) => {
      const text: string = ResponseTemplates["application/json"];
      const body = JSON.parse(text.replace("$context.error.messageString", '"a message"'));
      return [ResponseType, StatusCode, body.type, body.status];
    });

    expect(codes).toEqual([
      ["BAD_REQUEST_BODY", "400", "urn:sluice:problem:not-json", 400],
      ["REQUEST_TOO_LARGE", "413", "urn:sluice:problem:too-large", 413],
      ["INTEGRATION_FAILURE", "503", "urn:sluice:problem:unavailable", 503],
      ["INTEGRATION_TIMEOUT", "503", "urn:sluice:problem:unavailable", 503],
      ["DEFAULT_5XX", "500", "urn:sluice:problem:internal", 500],
      ["DEFAULT_4XX", undefined, "about:blank", undefined],
    ]);
    for (const { ResponseParameters } of answers) {
      expect(ResponseParameters["gatewayresponse.header.Content-Type"]).toBe("'application/problem+json'");
    }
    expect(PROBLEMS["not-json"].status).toBe(400);
  });

  it("lets through what the stage says, and logs each request as JSON", () => {
    const [stage, ...others] = propertiesOf(withKey, "AWS::ApiGateway::Stage");

    expect(others).toEqual([]);
    expect(stage).toMatchObject({
      StageName: "live",
      MethodSettings: [
        {
          HttpMethod: "*",
          ResourcePath: "/*",
          ThrottlingRateLimit: 12,
          ThrottlingBurstLimit: 34,
          DataTraceEnabled: false,
        },
      ],
    });
    expect(stage).not.toHaveProperty("TracingEnabled");
    expect(plainText(stage.AccessLogSetting.DestinationArn)).toContain("AccessLogs");
    expect(JSON.parse(stage.AccessLogSetting.Format)).toMatchObject({
      key: "$context.identity.apiKeyId",
      route: "$context.httpMethod $context.resourcePath",
    });
  });

  it("is deployed anew when what it serves changes, and only then", () => {
    const deploymentOf = (of: typeof template): string | undefined =>
      Object.keys(of.findResources("AWS::ApiGateway::Deployment"))[0];

    expect(deploymentOf(pipelineOf({ redriveLimit: 3 }))).toBe(deploymentOf(template));
    expect(deploymentOf(withKey)).not.toBe(deploymentOf(template));
    expect(deploymentOf(pipelineOf({ auth: "public" }))).not.toBe(deploymentOf(template));
  });

  it("can write its log in an account where no API could yet, and leaves that so", () => {
    const [[, account] = []] = Object.entries(template.findResources("AWS::ApiGateway::Account"));
    const [id, role] = Object.entries(template.findResources("AWS::IAM::Role")).find(([name]) =>
      name.includes("CloudWatchRole"),
    ) ?? [""];
    const [[, stage] = []] = Object.entries(template.findResources("AWS::ApiGateway::Stage"));

    expect(account?.Properties).toEqual({ CloudWatchRoleArn: { "Fn::GetAtt": [id, "Arn"] } });
    expect([account?.DeletionPolicy, role?.DeletionPolicy]).toEqual(["Retain", "Retain"]);
    expect(stage?.DependsOn).toEqual([expect.stringContaining("Account")]);
  });

  it("has a key with a plan, whose value no template shows, where the stage asks for keys", () => {
    const [key] = propertiesOf(withKey, "AWS::ApiGateway::ApiKey");
    const [plan] = propertiesOf(withKey, "AWS::ApiGateway::UsagePlan");
    const [keyId] = Object.keys(withKey.findResources("AWS::ApiGateway::ApiKey"));
    const [planId] = Object.keys(withKey.findResources("AWS::ApiGateway::UsagePlan"));

    expect(key).toMatchObject({ Enabled: true });
    expect(key).not.toHaveProperty("Value");
    expect(plan).toMatchObject({
      Throttle: { RateLimit: 12, BurstLimit: 34 },
      Quota: { Limit: 567, Period: "DAY" },
      ApiStages: [{ Stage: { Ref: expect.stringContaining("live") } }],
    });
    expect(propertiesOf(withKey, "AWS::ApiGateway::UsagePlanKey")).toEqual([
      { KeyId: { Ref: keyId }, KeyType: "API_KEY", UsagePlanId: { Ref: planId } },
    ]);
    expect(withKey.toJSON().Outputs.ApiKeyId.Value).toEqual({ Ref: keyId });
  });

  it.each<StageSettings["auth"]>(["iam", "public"])("has no key with auth %s", (auth) => {
    const open = pipelineOf({ auth });

    for (const type of ["ApiKey", "UsagePlan", "UsagePlanKey"]) open.resourceCountIs(`AWS::ApiGateway::${type}`, 0);
    expect(open.toJSON().Outputs).not.toHaveProperty("ApiKeyId");
  });

  it("is told of as the other front is: one address, with a slash at its end", () => {
    const { Outputs } = template.toJSON();

    expect(Object.keys(Outputs).filter((name) => /url|endpoint/i.test(name))).toEqual(["ApiUrl"]);
    expect(plainText(Outputs.ApiUrl.Value)).toMatch(/^https:\/\/\{.*\}\.execute-api\..*\/\{.*live.*\}\/$/);
  });

  it("has its alarms and graphs where CloudWatch has a REST API's metrics", () => {
    const place = [
      { Name: "ApiName", Value: "Sluice-a-Pipeline" },
      { Name: "Stage", Value: "live" },
    ];
    const alarms = propertiesOf(template, "AWS::CloudWatch::Alarm").filter(
      ({ Namespace }) => Namespace === "AWS/ApiGateway",
    );
    const [{ DashboardBody }] = propertiesOf(template, "AWS::CloudWatch::Dashboard");
    const graphs = plainText(DashboardBody);

    expect(alarms.map(({ MetricName, Dimensions }) => [MetricName, Dimensions])).toEqual([
      ["5XXError", place],
      ["Latency", place],
    ]);
    for (const metric of ["Count", "5XXError", "Latency"]) {
      expect(graphs).toContain(`"AWS/ApiGateway","${metric}","ApiName","Sluice-a-Pipeline","Stage","live"`);
    }
    expect(graphs).not.toContain('"5xx","Api');
  });
});
