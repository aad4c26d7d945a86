import { Match, type Template } from "aws-cdk-lib/assertions";
import { describe, expect, test } from "vitest";
import { shippedStages, templatesOf } from "../support/synthesize.ts";

const FUNCTION = "AWS::Lambda::Function";
const LOGS = "AWS::Logs::LogGroup";

type Statement = {
  readonly Effect: string;
  readonly Action: string | string[];
  readonly Resource: unknown;
  readonly Condition?: Readonly<Record<string, Readonly<Record<string, unknown>>>>;
};
type Document = { readonly PolicyDocument: { readonly Statement: readonly Statement[] } };

/** Each statement of each role as `<role>: <actions> on <resources>`, ids without their hashes. */
const rightsOf = (pipeline: Template): readonly string[] => [
  ...Object.entries(pipeline.findResources("AWS::IAM::Role")).flatMap(([id, { Properties }]) =>
    Properties.Policies.flatMap((policy: Document) => statementsOf(withoutHash(id), policy)),
  ),
  ...Object.values(pipeline.findResources("AWS::IAM::Policy")).flatMap(({ Properties }) =>
    statementsOf(Properties.Roles.map(({ Ref }: { Ref: string }) => withoutHash(Ref)).join(), Properties),
  ),
];

const statementsOf = (role: string, { PolicyDocument: { Statement: statements } }: Document): readonly string[] =>
  statements.map(({ Effect, Action, Resource, Condition = {} }) => {
    const resources = [Resource].flat().map(resourceName).join(", ");
    const conditions = Object.entries(Condition).flatMap(([operator, wanted]) =>
      Object.entries(wanted).map(
        ([key, values]) => ` if ${key} ${operator} ${[values].flat().map(resourceName).join(", ")}`,
      ),
    );
    return `${role}: ${Effect} ${[Action].flat().join(", ")} on ${resources}${conditions.join("")}`;
  });

type Reference = {
  readonly Ref?: string;
  readonly "Fn::GetAtt"?: string[];
  readonly "Fn::ImportValue"?: string;
  readonly "Fn::Join"?: [string, unknown[]];
};

const resourceName = (resource: unknown): string => {
  if (typeof resource === "string") return resource;
  const { Ref: ref, "Fn::GetAtt": own, "Fn::ImportValue": imported, "Fn::Join": joined } = resource as Reference;
  if (joined !== undefined) return joined[1].map(resourceName).join(joined[0]);
  return withoutHash(imported ?? own?.[0] ?? ref ?? JSON.stringify(resource));
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
  `${role}: Allow lambda:InvokeFunction on PipelineScalerHandlerFunction`,
];

describe.each(Object.keys(shippedStages))("the functions of stage %s", (stage) => {
  const { pipeline } = templatesOf(stage);

  test("may do this and nothing else; open is only what has no rights of its own: metrics, mappings in a list, and the account", () => {
    const [api, scaler] = ["PipelineApiHandlerRole", "PipelineScalerHandlerRole"];
    const table = `Sluice-${stage}-Data:ExportsOutputFnGetAttJobTableArn`;
    const payloads = `Sluice-${stage}-Data:ExportsOutputFnGetAttPayloadBucketArn`;
    const workers = "PipelinedeliverwebhookWorkerFunction, PipelineprofilecsvWorkerFunction";
    const mapping = "arn:AWS::Partition:lambda:AWS::Region:AWS::AccountId:event-source-mapping";
    const mappings = `${mapping}:PipelinedeliverwebhookWorkerMapping, ${mapping}:PipelineprofilecsvWorkerMapping`;

    expect(rightsOf(pipeline)).toEqual([
      ...rightsOfWorker("PipelinedeliverwebhookWorkerRole", "DeliverWebhook", stage),
      ...rightsOfWorker("PipelineprofilecsvWorkerRole", "ProfileCsv", stage),
      `${scaler}: Allow logs:CreateLogStream, logs:PutLogEvents on PipelineScalerHandlerLogs`,
      `${scaler}: Allow dynamodb:Query on ${table} if dynamodb:LeadingKeys ForAllValues:StringLike scaling, signals#*`,
      `${scaler}: Allow dynamodb:UpdateItem on ${table} if dynamodb:LeadingKeys ForAllValues:StringEquals scaling`,
      `${scaler}: Allow sqs:GetQueueAttributes on DeliverWebhookQueue, ProfileCsvQueue`,
      `${scaler}: Allow lambda:GetAccountSettings, lambda:ListEventSourceMappings on *`,
      "PipelineScalerScheduleRole: Allow lambda:InvokeFunction on PipelineScalerHandlerFunction",
      `${api}: Allow logs:CreateLogStream, logs:PutLogEvents on PipelineApiHandlerLogs`,
      `${api}: Allow sqs:GetQueueAttributes, sqs:SendMessage on DeliverWebhookQueue, ProfileCsvQueue`,
      `${api}: Allow sqs:ChangeMessageVisibility, sqs:DeleteMessage, sqs:GetQueueAttributes, sqs:ReceiveMessage on DeliverWebhookDeadLetterQueue, ProfileCsvDeadLetterQueue`,
      `${api}: Allow dynamodb:GetItem, dynamodb:UpdateItem on ${table}`,
      `${api}: Allow dynamodb:Query on ${table}/index/dead`,
      `${api}: Allow dynamodb:Query on ${table} if dynamodb:LeadingKeys ForAllValues:StringEquals scaling`,
      `${api}: Allow lambda:InvokeFunction on PipelineScalerHandlerFunction`,
      `${api}: Allow s3:GetObject, s3:PutObject on ${payloads}/inputs/*`,
      `${api}: Allow s3:GetObject on ${payloads}/results/*`,
      `${api}: Allow s3:ListBucket on ${payloads}`,
      `${api}: Allow cloudwatch:GetMetricData on *`,
      `${scaler}: Allow lambda:GetEventSourceMapping on ${mappings}`,
      `${scaler}: Allow lambda:UpdateEventSourceMapping on ${mappings} if lambda:FunctionArn ArnEquals ${workers}`,
      `${scaler}: Allow lambda:InvokeFunction on ${workers}`,
    ]);
  });

  test("hold rights by their own role, which one service alone may take on: Lambda, or the scheduler of this account", () => {
    pipeline.resourceCountIs("AWS::IAM::ManagedPolicy", 0);
    pipeline.allResourcesProperties("AWS::IAM::Role", { ManagedPolicyArns: Match.absent() });
    const trusted = Object.entries(pipeline.findResources("AWS::IAM::Role")).map(([id, { Properties }]) => {
      return [withoutHash(id), Properties.AssumeRolePolicyDocument.Statement] as const;
    });

    const lambda = { Action: "sts:AssumeRole", Effect: "Allow", Principal: { Service: "lambda.amazonaws.com" } };
    const scheduler = { ...lambda, Principal: { Service: "scheduler.amazonaws.com" } };
    const isOwn = { StringEquals: { "aws:SourceAccount": { Ref: "AWS::AccountId" } } };
    expect(Object.fromEntries(trusted)).toEqual({
      PipelinedeliverwebhookWorkerRole: [lambda],
      PipelineprofilecsvWorkerRole: [lambda],
      PipelineApiHandlerRole: [lambda],
      PipelineScalerHandlerRole: [lambda],
      PipelineScalerScheduleRole: [{ ...scheduler, Condition: isOwn }],
    });
  });

  test("name no right by a pattern on the stack's name, which CloudFormation cuts short in a function's name", () => {
    const ofFunctions = rightsOf(pipeline).filter((right) => right.includes("lambda:"));

    expect(ofFunctions.length).toBeGreaterThan(0);
    expect(ofFunctions.filter((right) => /\bSluice-|[^ ]\*/.test(right))).toEqual([]);
  });

  test("run on arm64 and Node.js 24, log JSON, and reserve no concurrency", () => {
    pipeline.resourceCountIs(FUNCTION, 4);
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
    pipeline.resourceCountIs(LOGS, 5);
    pipeline.allResources(LOGS, {
      DeletionPolicy: "Delete",
      Properties: { RetentionInDays: shippedStages[stage]?.logRetentionDays ?? 30 },
    });
  });
});
