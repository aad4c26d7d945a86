import { Match } from "aws-cdk-lib/assertions";
import { describe, expect, test } from "vitest";
import { shippedStages, templatesOf } from "../support/synthesize.ts";

const FUNCTION = "AWS::Lambda::Function";
const LOGS = "AWS::Logs::LogGroup";

type Statement = { readonly Effect: string; readonly Action: string | string[]; readonly Resource: unknown };

/** Each statement of each role as `<role>: <actions> on <resources>`, ids without their hashes. */
const rightsOf = (pipeline: ReturnType<typeof templatesOf>["pipeline"]): readonly string[] =>
  Object.entries(pipeline.findResources("AWS::IAM::Role")).flatMap(([id, { Properties }]) =>
    Properties.Policies.flatMap((policy: { PolicyDocument: { Statement: Statement[] } }) =>
      policy.PolicyDocument.Statement.map(({ Effect, Action, Resource }) => {
        const resources = [Resource].flat().map(resourceName).join(", ");
        return `${withoutHash(id)}: ${Effect} ${[Action].flat().join(", ")} on ${resources}`;
      }),
    ),
  );

type Reference = {
  readonly "Fn::GetAtt"?: string[];
  readonly "Fn::ImportValue"?: string;
  readonly "Fn::Join"?: [string, unknown[]];
};

const resourceName = (resource: unknown): string => {
  if (typeof resource === "string") return resource;
  const { "Fn::GetAtt": own, "Fn::ImportValue": imported, "Fn::Join": joined } = resource as Reference;
  if (joined !== undefined) return joined[1].map(resourceName).join(joined[0]);
  return withoutHash(imported ?? own?.[0] ?? JSON.stringify(resource));
};

const withoutHash = (id: string): string => id.replace(/[0-9A-F]{8}$/, "");

const rightsOfWorker = (role: string, type: string, stage: string): readonly string[] => [
  `${role}: Allow logs:CreateLogStream, logs:PutLogEvents on ${role.replace(/Role$/, "Logs")}`,
  `${role}: Allow sqs:ChangeMessageVisibility, sqs:DeleteMessage, sqs:GetQueueAttributes, sqs:ReceiveMessage on ${type}Queue`,
  `${role}: Allow sqs:SendMessage on ${type}DeadLetterQueue, ${type}Queue`,
  `${role}: Allow dynamodb:GetItem, dynamodb:UpdateItem on Sluice-${stage}-Data:ExportsOutputFnGetAttJobTableArn`,
  `${role}: Allow s3:GetObject on Sluice-${stage}-Data:ExportsOutputFnGetAttPayloadBucketArn/inputs/*`,
  `${role}: Allow s3:PutObject on Sluice-${stage}-Data:ExportsOutputFnGetAttPayloadBucketArn/results/*`,
  `${role}: Allow s3:ListBucket on Sluice-${stage}-Data:ExportsOutputFnGetAttPayloadBucketArn`,
];

describe.each(Object.keys(shippedStages))("the functions of stage %s", (stage) => {
  const { pipeline } = templatesOf(stage);

  test("may do this and nothing else; only the metrics, which have no rights of their own, are open", () => {
    const api = "PipelineApiHandlerRole";
    const table = `Sluice-${stage}-Data:ExportsOutputFnGetAttJobTableArn`;
    const payloads = `Sluice-${stage}-Data:ExportsOutputFnGetAttPayloadBucketArn`;

    expect(rightsOf(pipeline)).toEqual([
      ...rightsOfWorker("PipelinedeliverwebhookWorkerRole", "DeliverWebhook", stage),
      ...rightsOfWorker("PipelineprofilecsvWorkerRole", "ProfileCsv", stage),
      `${api}: Allow logs:CreateLogStream, logs:PutLogEvents on PipelineApiHandlerLogs`,
      `${api}: Allow sqs:GetQueueAttributes, sqs:SendMessage on DeliverWebhookQueue, ProfileCsvQueue`,
      `${api}: Allow sqs:ChangeMessageVisibility, sqs:DeleteMessage, sqs:GetQueueAttributes, sqs:ReceiveMessage on DeliverWebhookDeadLetterQueue, ProfileCsvDeadLetterQueue`,
      `${api}: Allow dynamodb:GetItem, dynamodb:UpdateItem on ${table}`,
      `${api}: Allow dynamodb:Query on ${table}/index/dead`,
      `${api}: Allow s3:GetObject, s3:PutObject on ${payloads}/inputs/*`,
      `${api}: Allow s3:GetObject on ${payloads}/results/*`,
      `${api}: Allow s3:ListBucket on ${payloads}`,
      `${api}: Allow cloudwatch:GetMetricData on *`,
    ]);
  });

  test("hold rights by their own role alone, which Lambda alone may take on", () => {
    pipeline.resourceCountIs("AWS::IAM::Policy", 0);
    pipeline.resourceCountIs("AWS::IAM::ManagedPolicy", 0);
    pipeline.allResourcesProperties("AWS::IAM::Role", {
      ManagedPolicyArns: Match.absent(),
      AssumeRolePolicyDocument: {
        Statement: [{ Action: "sts:AssumeRole", Effect: "Allow", Principal: { Service: "lambda.amazonaws.com" } }],
      },
    });
  });

  test("run on arm64 and Node.js 24, log JSON, and reserve no concurrency", () => {
    pipeline.resourceCountIs(FUNCTION, 3);
    pipeline.allResourcesProperties(FUNCTION, {
      Architectures: ["arm64"],
      Runtime: "nodejs24.x",
      Handler: "index.handler",
      LoggingConfig: { LogFormat: "JSON", LogGroup: { Ref: Match.anyValue() } },
      Environment: { Variables: Match.objectLike({ NODE_OPTIONS: Match.absent() }) },
      ReservedConcurrentExecutions: Match.absent(),
    });
  });

  test("keep their logs, as the API does, for the days that the stage says, and no longer than their stack", () => {
    pipeline.resourceCountIs(LOGS, 4);
    pipeline.allResources(LOGS, {
      DeletionPolicy: "Delete",
      Properties: { RetentionInDays: shippedStages[stage]?.logRetentionDays ?? 30 },
    });
  });
});
