import { describe, expect, it } from "vitest";
import { isSluiceError } from "../../lib/core/errors.ts";
import { readAssembly } from "../../lib/local/assembly.ts";
import type { Difference } from "../../lib/local/differences.ts";
import { checkTemplates } from "../../lib/local/template-check.ts";
import { AssemblyBuilder, type TemplateSource } from "../support/assembly-builder.ts";
import { temporaryFolder } from "../support/temporary-folder.ts";

const check = async (template: TemplateSource): Promise<readonly Difference[]> =>
  checkTemplates(await readAssembly(new AssemblyBuilder(temporaryFolder()).write({ App: { template } })));

const refusalOf = async (template: TemplateSource): Promise<readonly string[]> => {
  try {
    await check(template);
  } catch (error) {
    if (isSluiceError(error) && error.code === "TemplateUnsupported") return error.message.split("\n  ").slice(1);
    throw error;
  }
  return [];
};

describe("checkTemplates", () => {
  it("rejects everything that is not supported at once, each with where it is and what is supported", async () => {
    const refusal = await refusalOf({
      Transform: "AWS::Serverless-2016-10-31",
      Resources: {
        Stream: { Type: "AWS::Kinesis::Stream" },
        Queue: {
          Type: "AWS::SQS::Queue",
          CreationPolicy: {},
          Properties: {
            FifoTrouble: true,
            VisibilityTimeout: { "Fn::Length": [] },
            RedrivePolicy: { deadLetterTargetArn: { "Fn::GetAtt": ["Dead", "Colour"] }, more: 1 },
          },
        },
        Dead: { Type: "AWS::SQS::Queue" },
        Function: {
          Type: "AWS::Lambda::Function",
          Properties: { Runtime: "python3.13", Role: { Ref: "Nobody" }, Environment: { Variables: {} } },
        },
      },
      Outputs: { Bad: { Value: { "Fn::Cidr": [] } } },
    });

    expect(refusal).toEqual([
      "App: section Transform is not supported",
      expect.stringMatching(
        /^App\.Stream: type AWS::Kinesis::Stream is not among AWS::CloudWatch::Alarm, .*AWS::SQS::Queue/,
      ),
      "App.Queue (AWS::SQS::Queue): CreationPolicy is not supported",
      expect.stringMatching(/^App\.Queue \(AWS::SQS::Queue\): FifoTrouble is not among QueueName, /),
      "App.Queue (AWS::SQS::Queue): RedrivePolicy.more is not among deadLetterTargetArn, maxReceiveCount",
      expect.stringMatching(/^App\.Queue \(AWS::SQS::Queue\): Fn::Length is not among Ref, Fn::GetAtt, /),
      expect.stringMatching(
        /^App\.Function \(AWS::Lambda::Function\): Runtime is supported as nodejs24\.x or .*, not python3\.13$/,
      ),
      "App.Function (AWS::Lambda::Function): Nobody is no resource and no parameter of App",
      expect.stringMatching(/^App\.Bad \(output\): Fn::Cidr is not among /),
    ]);
  });

  it("rejects attributes that a type does not have", async () => {
    const refusal = await refusalOf({
      Resources: { Queue: { Type: "AWS::SQS::Queue" } },
      Outputs: { Bad: { Value: { "Fn::GetAtt": ["Queue", "Colour"] } } },
    });

    expect(refusal).toEqual([
      "App.Bad (output): attribute Colour of Queue (AWS::SQS::Queue) is not among Arn, QueueName, QueueUrl",
    ]);
  });

  it("rejects a second HTTP API, for a run has one port", async () => {
    const api = { Type: "AWS::ApiGatewayV2::Api", Properties: { Name: "api", ProtocolType: "HTTP" } };

    const refusal = await refusalOf({ Resources: { One: api, Two: api } });

    expect(refusal).toEqual(["App.One, App.Two: one HTTP or REST API is supported: a run has one port for it"]);
  });

  it("names what works otherwise than on AWS", async () => {
    const differences = await check({
      Resources: {
        Route: {
          Type: "AWS::ApiGatewayV2::Route",
          Properties: { ApiId: "a", RouteKey: "GET /", AuthorizationType: "AWS_IAM", Target: "t" },
        },
        Open: {
          Type: "AWS::ApiGatewayV2::Route",
          Properties: { ApiId: "a", RouteKey: "GET /open", AuthorizationType: "NONE", Target: "t" },
        },
        Table: {
          Type: "AWS::DynamoDB::GlobalTable",
          Properties: { TimeToLiveSpecification: { AttributeName: "expiresAt", Enabled: true } },
        },
      },
    });

    expect(differences).toContainEqual({
      type: "AWS::ApiGatewayV2::Route",
      property: "AuthorizationType",
      why: "IAM is not enforced here: requests need no signature",
    });
    expect(differences).toContainEqual({
      type: "AWS::DynamoDB::GlobalTable",
      property: "TimeToLiveSpecification",
      why: "AWS removes expired items within days; this run keeps them",
    });
    expect(differences.filter(({ type }) => type.endsWith("Route"))).toHaveLength(1);
  });

  it("passes over the bootstrap version that the CDK checks", async () => {
    const differences = await check({
      Resources: {},
      Parameters: { BootstrapVersion: { Type: "AWS::SSM::Parameter::Value<String>", Default: "/cdk-bootstrap/v" } },
      Rules: { CheckBootstrapVersion: { Assertions: [{ Assert: { "Fn::Not": [{ "Fn::Contains": [[], "1"] }] } }] } },
    });

    expect(differences).toEqual([]);
  });
});
