import { describe, expect, it } from "vitest";
import type { Stack } from "../../../lib/local/assembly.ts";
import { deploy } from "../../../lib/local/deployment.ts";
import type { JsonObject } from "../../../lib/local/json.ts";
import { keysOf } from "../../../lib/local/rest-world.ts";
import { parseTemplate } from "../../../lib/local/template.ts";
import { checkTemplates } from "../../../lib/local/template-check.ts";
import type { World } from "../../../lib/local/world.ts";
import { emptyWorld } from "../../support/empty-world.ts";
import { templatesOf } from "../../support/synthesize.ts";

const ARN = "arn:aws:lambda:us-east-1:000000000000:function:api";

const FUNCTION: World["functions"] = new Map([
  [
    ARN,
    {
      name: "api",
      arn: ARN,
      logicalId: "Api",
      handler: "index.handler",
      codeFolder: ".",
      handlerUrl: "file:///index.mjs",
      handlerName: "handler",
      memoryMiB: 128,
      timeoutSeconds: 1,
      variables: {},
      reservedConcurrency: undefined,
      logGroupName: "log",
    },
  ],
]);

type Resources = Readonly<Record<string, readonly [type: string, properties: JsonObject]>>;

const stackOf = (resources: Resources): Stack => ({
  name: "App",
  assetFolders: new Map(),
  template: parseTemplate("App", {
    Resources: Object.fromEntries(
      Object.entries(resources).map(([id, [type, properties]]) => [
        id,
        { Type: `AWS::ApiGateway::${type}`, Properties: properties },
      ]),
    ),
  }),
});

const worldOf = async (resources: Resources): Promise<World> => {
  const world = { ...emptyWorld(), functions: FUNCTION };
  const stack = stackOf(resources);
  checkTemplates([stack]);
  await deploy([stack], world);
  return world;
};

const RestApiId = { Ref: "Api" };
const root = { "Fn::GetAtt": ["Api", "RootResourceId"] };
const Integration = {
  Type: "AWS_PROXY",
  IntegrationHttpMethod: "POST",
  Uri: `arn:aws:apigateway:us-east-1:lambda:path/2015-03-31/functions/${ARN}/invocations`,
};

const API: Resources = {
  Api: ["RestApi", { Name: "api", EndpointConfiguration: { Types: ["REGIONAL"] } }],
  Jobs: ["Resource", { RestApiId, ParentId: root, PathPart: "jobs" }],
  Job: ["Resource", { RestApiId, ParentId: { Ref: "Jobs" }, PathPart: "{id}" }],
  Get: ["Method", { RestApiId, ResourceId: { Ref: "Job" }, HttpMethod: "GET", AuthorizationType: "NONE", Integration }],
  Deployment: ["Deployment", { RestApiId }],
  Stage: ["Stage", { RestApiId, DeploymentId: { Ref: "Deployment" }, StageName: "live" }],
};

const key = (properties: JsonObject): Resources => ({
  ...API,
  Key: ["ApiKey", { Enabled: true, ...properties }],
  Plan: ["UsagePlan", { ApiStages: [{ ApiId: { Ref: "Api" }, Stage: { Ref: "Stage" } }] }],
  PlanKey: ["UsagePlanKey", { KeyId: { Ref: "Key" }, KeyType: "API_KEY", UsagePlanId: { Ref: "Plan" } }],
});

const keysIn = ({ rest }: World): readonly string[] => [...rest.apis.values()].flatMap((api) => [...keysOf(rest, api)]);

describe("a REST API of a template", () => {
  it("has the paths, the methods and the stage that its resources come to", async () => {
    const { rest } = await worldOf(API);

    const [api, ...others] = rest.apis.values();
    expect(others).toEqual([]);
    expect(api).toMatchObject({ name: "api", stageName: "live" });
    expect(api?.methods).toEqual([
      {
        resourceId: expect.any(String),
        path: "/jobs/{id}",
        httpMethod: "GET",
        needsKey: false,
        needsObject: false,
        integration: { functionName: "api", timeoutMs: 29_000 },
      },
    ]);
  });

  it.each([
    [true, true],
    [false, false],
  ])(
    "checks bodies where it has a model and a validator that looks at them: %s",
    async (ValidateRequestBody, needsObject) => {
      const { rest } = await worldOf({
        ...API,
        Model: ["Model", { RestApiId, ContentType: "application/json", Schema: { type: "object" } }],
        Validator: ["RequestValidator", { RestApiId, ValidateRequestBody }],
        Post: [
          "Method",
          {
            RestApiId,
            ResourceId: { Ref: "Job" },
            HttpMethod: "POST",
            AuthorizationType: "NONE",
            Integration,
            RequestModels: { $default: { Ref: "Model" } },
            RequestValidatorId: { Ref: "Validator" },
          },
        ],
      });

      const [api] = rest.apis.values();
      expect(api?.methods.find(({ httpMethod }) => httpMethod === "POST")).toMatchObject({ needsObject });
    },
  );

  it("opens to the keys of its usage plans: by their value, or by their id where they have none", async () => {
    const given = await worldOf(key({ Value: "a-value-of-twenty-letters" }));
    const made = await worldOf(key({}));
    const disabled = await worldOf(key({ Enabled: false }));
    const { PlanKey: _, ...unplanned } = key({});

    expect(keysIn(given)).toEqual(["a-value-of-twenty-letters"]);
    expect(keysIn(made)).toEqual([...made.rest.keys.keys()]);
    expect(keysIn(disabled)).toEqual([]);
    expect(keysIn(await worldOf(unplanned))).toEqual([]);
  });

  it.each<[string, Resources, RegExp]>([
    [
      "two variables in one place",
      { ...API, Other: ["Resource", { RestApiId, ParentId: { Ref: "Jobs" }, PathPart: "{type}" }] },
      /App\.\w+\.PathPart must differ from its sibling \/jobs\/\{(id|type)\}, got "\/jobs\/\{(id|type)\}"/,
    ],
    [
      "a second stage",
      { ...API, Second: ["Stage", { RestApiId, DeploymentId: { Ref: "Deployment" }, StageName: "next" }] },
      /StageName must be the only stage of its API/,
    ],
    [
      "a method of another kind of integration",
      { ...API, Get: ["Method", { ...API.Get?.[1], Integration: { ...Integration, Type: "MOCK" } }] },
      /App\.Get \(AWS::ApiGateway::Method\): Integration\.Type is supported as AWS_PROXY, not MOCK/,
    ],
    [
      "a schema that says more than that a body is an object",
      {
        ...API,
        Model: ["Model", { RestApiId, ContentType: "application/json", Schema: { type: "object", required: ["a"] } }],
      },
      /Schema\.required is not among/,
    ],
    [
      "an answer with variables that it does not know",
      {
        ...API,
        Answer: [
          "GatewayResponse",
          {
            RestApiId,
            ResponseType: "DEFAULT_4XX",
            ResponseTemplates: { "application/json": '{"ip":"$context.identity.sourceIp"}' },
          },
        ],
      },
      /is supported with the variables .*, not \$context\.identity\.sourceIp/,
    ],
    [
      "a method with a custom authorizer",
      { ...API, Get: ["Method", { ...API.Get?.[1], AuthorizationType: "CUSTOM", AuthorizerId: "a" }] },
      /AuthorizationType is supported as NONE or AWS_IAM, not CUSTOM/,
    ],
    [
      "a resource of no API",
      { Lost: ["Resource", { RestApiId: "a1", ParentId: "r", PathPart: "jobs" }] },
      /App\.Lost\.RestApiId must name a REST API of this app, got "a1"/,
    ],
  ])("rejects %s", async (_, resources, message) => {
    await expect(worldOf(resources)).rejects.toThrow(message);
  });
});

describe("a stage of this project", () => {
  const differencesOf = (settings: object): readonly string[] => {
    const { data, pipeline } = templatesOf("a", { jobTypes: { work: {} }, ...settings });
    const stacks = [data, pipeline].map((template, index) => ({
      name: `Stack${index}`,
      assetFolders: new Map(),
      template: parseTemplate(`Stack${index}`, template.toJSON()),
    }));
    return checkTemplates(stacks).map(({ type, property, why }) => `${type} ${property}: ${why}`);
  };

  it.each(["iam", "apiKey", "public"])("runs here behind a REST API, with auth %s", (auth) => {
    const differences = differencesOf({ front: "rest", auth });

    expect(differences.some((line) => line.includes("requests need no signature"))).toBe(auth === "iam");
    expect(differences.some((line) => line.includes("neither throttled nor counted"))).toBe(auth === "apiKey");
  });

  it("runs here with tokens, and says that it does not verify them", () => {
    const differences = differencesOf({ auth: "jwt", jwt: { issuer: "https://login.example.com", audience: ["a"] } });

    expect(differences).toContain(
      "AWS::ApiGatewayV2::Route AuthorizationType: tokens are not verified here: requests need none",
    );
  });
});
