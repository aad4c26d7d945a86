import { describe, expect, it } from "vitest";
import { calloutsOf } from "./callouts.ts";
import type { JsonObject } from "./json.ts";
import { diffTemplates } from "./template-diff.ts";

const callouts = (before: JsonObject, after: JsonObject): readonly string[] => {
  const [old, fresh] = [{ Resources: before }, { Resources: after }];
  return calloutsOf(old, fresh, diffTemplates(old, fresh));
};

const table = (properties: JsonObject = {}, policy = "Retain"): JsonObject => ({
  Type: "AWS::DynamoDB::GlobalTable",
  DeletionPolicy: policy,
  UpdateReplacePolicy: policy,
  Metadata: { "aws:cdk:path": "Data/Jobs/Table/Resource" },
  Properties: { KeySchema: [{ AttributeName: "pk", KeyType: "HASH" }], ...properties },
});

const role = (...statements: readonly JsonObject[]): JsonObject => ({
  Type: "AWS::IAM::Role",
  Properties: { Policies: [{ PolicyName: "a", PolicyDocument: { Statement: statements } }] },
});

const may = (action: readonly string[], resource: string): JsonObject => ({
  Effect: "Allow",
  Action: action,
  Resource: { "Fn::GetAtt": [resource, "Arn"] },
});

describe("what holds state", () => {
  it("is called out when it is removed, with what becomes of it", () => {
    expect(callouts({ Table: table() }, {})).toEqual([
      "! REMOVED Table (AWS::DynamoDB::GlobalTable, Data/Jobs/Table): it holds state. What is deployed stays in the account, and no stack knows it any more",
    ]);
    expect(callouts({ Table: table({}, "Delete") }, {})).toEqual([
      expect.stringContaining("What is deployed is deleted"),
    ]);
  });

  it("is called out when another takes its place", () => {
    const other = table({ KeySchema: [{ AttributeName: "id", KeyType: "HASH" }] });

    expect(callouts({ Table: table() }, { Table: other })).toEqual([
      "! REPLACED by a new one Table (AWS::DynamoDB::GlobalTable, Data/Jobs/Table): it holds state, and KeySchema cannot be changed in place. What is deployed stays in the account, and no stack knows it any more",
    ]);
  });

  it("is called out when its type changes", () => {
    const queue = { Type: "AWS::SQS::Queue", Properties: {} };

    expect(callouts({ A: queue }, { A: { ...queue, Type: "AWS::SNS::Topic" } })).toEqual([
      expect.stringMatching(
        /^! REPLACED .* AWS::SQS::Queue cannot become AWS::SNS::Topic\. What is deployed is deleted$/,
      ),
    ]);
  });

  it("is not called out for a change in place", () => {
    expect(callouts({ Table: table() }, { Table: table({ BillingMode: "PAY_PER_REQUEST" }) })).toEqual([]);
  });

  it.each([
    ["an API, whose URL clients know", "AWS::ApiGatewayV2::Api", "clients know its URL"],
    ["a log", "AWS::Logs::LogGroup", "it holds logs"],
  ])("is also %s", (_name, Type, why) => {
    expect(callouts({ A: { Type } }, {})).toEqual([`! REMOVED A (${Type}): ${why}. What is deployed is deleted`]);
  });
});

describe("access", () => {
  it("is called out by role, action and resource when it is given and when it is taken", () => {
    const before = { Worker: role(may(["sqs:SendMessage", "sqs:ReceiveMessage"], "Queue")) };
    const after = { Worker: role(may(["sqs:SendMessage", "sqs:DeleteMessage", "sqs:PurgeQueue"], "Queue")) };

    expect(callouts(before, after)).toEqual([
      `+ Allow Worker: sqs:DeleteMessage, sqs:PurgeQueue on \${Queue.Arn}`,
      `- Allow Worker: sqs:ReceiveMessage on \${Queue.Arn}`,
    ]);
  });

  it("is the same when its statements are only written in another order", () => {
    const [one, other] = [may(["a:A"], "Queue"), may(["b:B"], "Table")];

    expect(callouts({ Worker: role(one, other) }, { Worker: role(other, one) })).toEqual([]);
  });

  it("of a policy is that of its roles", () => {
    const policy = (action: string): JsonObject => ({
      Type: "AWS::IAM::Policy",
      Properties: { PolicyDocument: { Statement: [may([action], "Queue")] }, Roles: [{ Ref: "Worker" }] },
    });

    expect(callouts({ P: policy("sqs:A") }, { P: policy("sqs:*") })).toEqual([
      `+ Allow Worker: sqs:* on \${Queue.Arn}`,
      `- Allow Worker: sqs:A on \${Queue.Arn}`,
    ]);
  });

  it("is called out when a role trusts another, or takes over a managed policy", () => {
    const trusts = (Principal: JsonObject, ...ManagedPolicyArns: readonly string[]): JsonObject => ({
      Type: "AWS::IAM::Role",
      Properties: {
        AssumeRolePolicyDocument: { Statement: [{ Effect: "Allow", Action: "sts:AssumeRole", Principal }] },
        ManagedPolicyArns,
      },
    });

    const after = { Role: trusts({ AWS: "*" }, "arn:aws:iam::aws:policy/AdministratorAccess") };
    expect(callouts({ Role: trusts({ Service: "lambda.amazonaws.com" }) }, after)).toEqual([
      "+ Allow anyone: sts:AssumeRole on Role",
      "+ Allow Role: all of policy arn:aws:iam::aws:policy/AdministratorAccess on what it names",
      "- Allow lambda.amazonaws.com: sts:AssumeRole on Role",
    ]);
  });

  it("is called out where a prohibition goes and what it guards stays", () => {
    const bucket = { Bucket: { Type: "AWS::S3::Bucket" } };
    const Statement = [{ Effect: "Deny", Action: "s3:*", Principal: { AWS: "*" }, Resource: `\${Bucket.Arn}` }];
    const policy = { P: { Type: "AWS::S3::BucketPolicy", Properties: { PolicyDocument: { Statement } } } };

    expect(callouts({ ...bucket, ...policy }, bucket)).toEqual([`- Deny anyone: s3:* on \${Bucket.Arn}`]);
    expect(callouts({ ...bucket, ...policy }, {})).toEqual([expect.stringMatching(/^! REMOVED Bucket/)]);
  });

  it("by what a statement leaves out is named as such", () => {
    const after = { Worker: role({ Effect: "Allow", NotAction: "iam:*", Resource: "*" }) };

    expect(callouts({ Worker: role() }, after)).toEqual(["+ Allow Worker: all but iam:* on *"]);
  });

  it("of a function's callers is called out with its condition", () => {
    const Properties = { Action: "lambda:InvokeFunction", FunctionName: "f", Principal: "*", SourceArn: "arn" };

    expect(callouts({}, { P: { Type: "AWS::Lambda::Permission", Properties } })).toEqual([
      '+ Allow anyone: lambda:InvokeFunction on f if {"SourceArn":"arn"}',
    ]);
  });

  it.each(["AWS::ApiGatewayV2::Route", "AWS::ApiGateway::Method"])("is called out for a new open %s", (Type) => {
    const open = { A: { Type, Properties: { AuthorizationType: "NONE" } }, B: { Type } };
    const closed = { C: { Type, Properties: { AuthorizationType: "AWS_IAM" } } };

    expect(callouts({}, { ...open, ...closed })).toEqual(["! OPEN to anyone is the new route of A, B"]);
  });

  it("is called out for a new route that asks only for an API key", () => {
    const Properties = { AuthorizationType: "NONE", ApiKeyRequired: true };

    expect(callouts({}, { A: { Type: "AWS::ApiGateway::Method", Properties } })).toEqual([
      "! OPEN to anyone with an API key is the new route of A",
    ]);
  });

  it("is called out when an authorizer trusts others", () => {
    const authorizer = (Issuer: string): JsonObject => ({
      Type: "AWS::ApiGatewayV2::Authorizer",
      Properties: { JwtConfiguration: { Issuer } },
    });

    expect(callouts({ A: authorizer("one") }, { A: authorizer("other") })).toEqual([
      '! JwtConfiguration.Issuer: "one" → "other" of A',
    ]);
  });

  it("is called out for all routes that lose their authorization, in one line", () => {
    const routes = (AuthorizationType: string): JsonObject =>
      Object.fromEntries(
        ["A", "B"].map((id) => [id, { Type: "AWS::ApiGatewayV2::Route", Properties: { AuthorizationType } }]),
      );

    expect(callouts(routes("AWS_IAM"), routes("NONE"))).toEqual(['! AuthorizationType: "AWS_IAM" → "NONE" of A, B']);
  });
});

describe("what protects data", () => {
  it.each<[string, JsonObject, JsonObject]>([
    ["DeletionPolicy", table(), table({}, "Delete")],
    ["DeletionProtectionEnabled", table({ DeletionProtectionEnabled: true }), table()],
    ["SSESpecification", table({ SSESpecification: { SSEEnabled: true } }), table()],
    ["cdk_nag", table(), { ...table(), Metadata: { cdk_nag: { rules_to_suppress: [{ id: "X" }] } } }],
  ])("is called out when it changes: %s", (name, before, after) => {
    expect(callouts({ Table: before }, { Table: after }).filter((line) => line.includes(name))).toHaveLength(1);
  });

  it("is not seen in a variable of a function that only sounds like it", () => {
    const lambda = (value: string): JsonObject => ({
      Type: "AWS::Lambda::Function",
      Properties: { Environment: { Variables: { ApiKeyHint: value } } },
    });

    expect(callouts({ F: lambda("a") }, { F: lambda("b") })).toEqual([]);
  });
});
