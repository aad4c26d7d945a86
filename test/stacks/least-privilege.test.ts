import { describe, expect, it } from "vitest";
import { logicalId } from "../../lib/constructs/logical-id.ts";
import { doorsOf, rightsByRole, trustByRole } from "../support/rights.ts";
import { STAGE_VARIANTS } from "../support/stage-variants.ts";
import { templatesOf } from "../support/synthesize.ts";

const ACCOUNT = "AWS::Region:AWS::AccountId";
const MAPPING = `arn:AWS::Partition:lambda:${ACCOUNT}:event-source-mapping`;
const OVER_TLS_ONLY = "if aws:SecureTransport Bool false";
const OF_THIS_ACCOUNT = "aws:SourceAccount StringEquals AWS::AccountId";

/** AWS's own policy for the role by which API Gateway writes the logs of all REST APIs of an account. */
const REST_LOGS = "all of arn:AWS::Partition:iam::aws:policy/service-role/AmazonAPIGatewayPushToCloudWatchLogs";

/**
 * All that is open, with its reason: objects of the payload bucket are named after jobs and listed by prefix, and AWS has
 * no rights by metric, none by mapping for listing them, and none for the settings of an account.
 */
const OPEN = [
  "s3:GetObject on PayloadBucket/inputs/*",
  "s3:GetObject, s3:PutObject on PayloadBucket/inputs/*",
  "s3:GetObject on PayloadBucket/results/*",
  "s3:PutObject on PayloadBucket/results/*",
  "cloudwatch:GetMetricData on *",
  "lambda:GetAccountSettings, lambda:ListEventSourceMappings on *",
];

const mayWriteLogs = (name: string): string => `logs:CreateLogStream, logs:PutLogEvents on ${name}Logs`;

const workerRights = (type: string): readonly string[] => [
  mayWriteLogs(`Pipeline${type.replaceAll("-", "")}Worker`),
  `sqs:ChangeMessageVisibility, sqs:DeleteMessage, sqs:GetQueueAttributes, sqs:ReceiveMessage on ${logicalId(type)}Queue`,
  `sqs:SendMessage on ${logicalId(type)}DeadLetterQueue, ${logicalId(type)}Queue`,
  "dynamodb:GetItem, dynamodb:UpdateItem on JobTable",
  "s3:GetObject on PayloadBucket/inputs/*",
  "s3:PutObject on PayloadBucket/results/*",
  "s3:ListBucket on PayloadBucket",
  "lambda:InvokeFunction on PipelineScalerHandlerFunction",
];

const scalerRights = (queues: string, mappings: string, workers: string): readonly string[] => [
  mayWriteLogs("PipelineScalerHandler"),
  "dynamodb:Query on JobTable if dynamodb:LeadingKeys ForAllValues:StringLike scaling, signals#*",
  "dynamodb:UpdateItem on JobTable if dynamodb:LeadingKeys ForAllValues:StringEquals scaling",
  `sqs:GetQueueAttributes on ${queues}`,
  "lambda:GetAccountSettings, lambda:ListEventSourceMappings on *",
  `lambda:GetEventSourceMapping on ${mappings}`,
  `lambda:UpdateEventSourceMapping on ${mappings} if lambda:FunctionArn ArnEquals ${workers}`,
  `lambda:InvokeFunction on ${workers}`,
];

const apiRights = (queues: string, deadLetterQueues: string): readonly string[] => [
  mayWriteLogs("PipelineApiHandler"),
  `sqs:GetQueueAttributes, sqs:SendMessage on ${queues}`,
  `sqs:ChangeMessageVisibility, sqs:DeleteMessage, sqs:GetQueueAttributes, sqs:ReceiveMessage on ${deadLetterQueues}`,
  "dynamodb:GetItem, dynamodb:UpdateItem on JobTable",
  "dynamodb:Query on JobTable/index/dead",
  "dynamodb:Query on JobTable if dynamodb:LeadingKeys ForAllValues:StringEquals scaling",
  "lambda:InvokeFunction on PipelineScalerHandlerFunction",
  "s3:GetObject, s3:PutObject on PayloadBucket/inputs/*",
  "s3:GetObject on PayloadBucket/results/*",
  "s3:ListBucket on PayloadBucket",
  "cloudwatch:GetMetricData on *",
];

describe.each(Object.entries(STAGE_VARIANTS))("the roles of stage %s", (name, settings) => {
  const { data, pipeline } = templatesOf(name, settings);
  const isRest = settings.front === "rest";
  const types = Object.keys(settings.jobTypes);
  const listOf = (nameOfType: (type: string) => string): string => types.map(nameOfType).join(", ");
  const workerOf = (type: string): string => `Pipeline${type.replaceAll("-", "")}Worker`;

  it("may do this and nothing else", () => {
    const queues = listOf((type) => `${logicalId(type)}Queue`);
    const mappings = listOf((type) => `${MAPPING}:${workerOf(type)}Mapping`);
    const workers = listOf((type) => `${workerOf(type)}Function`);

    expect(rightsByRole(pipeline)).toEqual({
      ...Object.fromEntries(types.map((type) => [`${workerOf(type)}Role`, workerRights(type)])),
      PipelineScalerHandlerRole: scalerRights(queues, mappings, workers),
      PipelineScalerScheduleRole: ["lambda:InvokeFunction on PipelineScalerHandlerFunction"],
      PipelineApiHandlerRole: apiRights(
        queues,
        listOf((type) => `${logicalId(type)}DeadLetterQueue`),
      ),
      ...(isRest && { PipelineApiRestApiCloudWatchRole: [REST_LOGS] }),
    });
    expect(rightsByRole(data)).toEqual({});
  });

  it("are open only where it is named, and never in what they may do", () => {
    const rights = Object.values(rightsByRole(pipeline)).flat();

    const open = rights.filter((right) => /\*/.test(right.replace(/ if .*$/, "")));

    expect(open.filter((right) => !OPEN.includes(right))).toEqual([]);
    expect(rights.filter((right) => /\*.* on /.test(right))).toEqual([]);
    expect(rights.filter((right) => right.startsWith("all of "))).toEqual(isRest ? [REST_LOGS] : []);
  });

  it("name no right by a pattern on the stack's name, which CloudFormation cuts short in a function's name", () => {
    const ofFunctions = Object.values(rightsByRole(pipeline))
      .flat()
      .filter((right) => right.includes("lambda:"));

    expect(ofFunctions.length).toBeGreaterThan(0);
    expect(ofFunctions.filter((right) => /\bSluice-|[^ ]\*/.test(right))).toEqual([]);
  });

  it("can each be taken on by one service alone", () => {
    expect(trustByRole(pipeline)).toEqual({
      ...Object.fromEntries(types.map((type) => [`${workerOf(type)}Role`, ["lambda.amazonaws.com"]])),
      PipelineScalerHandlerRole: ["lambda.amazonaws.com"],
      PipelineScalerScheduleRole: [`scheduler.amazonaws.com if ${OF_THIS_ACCOUNT}`],
      PipelineApiHandlerRole: ["lambda.amazonaws.com"],
      ...(isRest && { PipelineApiRestApiCloudWatchRole: ["apigateway.amazonaws.com"] }),
    });
  });

  it("are all there is: nobody has rights by a user, a group or a policy that others could join", () => {
    for (const template of [data, pipeline]) {
      for (const type of ["User", "Group", "ManagedPolicy", "AccessKey", "UserPolicy", "RolePolicy", "GroupPolicy"]) {
        template.resourceCountIs(`AWS::IAM::${type}`, 0);
      }
    }
  });

  it("stand beside resources that open only to the services that must reach them, and to nothing but TLS", () => {
    const queues = types.flatMap((type) => [`${logicalId(type)}DeadLetterQueue`, `${logicalId(type)}Queue`]);
    const buckets = ["PayloadBucket", ...(settings.isProtected ? ["PayloadAccessLogs"] : [])];
    const api = isRest ? "PipelineApiRestApi/*/*" : "PipelineApiHttpApi/*/*";
    const budgets = `aws:SourceArn ArnLike arn:AWS::Partition:budgets::AWS::AccountId:*`;

    expect([...doorsOf(data), ...doorsOf(pipeline)].sort()).toEqual(
      [
        ...queues.map((queue) => `* may not sqs:* on ${queue} ${OVER_TLS_ONLY}`),
        ...buckets.map((bucket) => `* may not s3:* on ${bucket}, ${bucket}/* ${OVER_TLS_ONLY}`),
        `* may not sns:Publish on AlarmTopic ${OVER_TLS_ONLY}`,
        `cloudwatch.amazonaws.com may sns:Publish on AlarmTopic if ${OF_THIS_ACCOUNT}`,
        `apigateway.amazonaws.com may lambda:InvokeFunction on PipelineApiHandlerFunction if AWS:SourceArn ArnLike arn:AWS::Partition:execute-api:${ACCOUNT}:${api}`,
        ...(settings.isProtected
          ? [
              `logging.s3.amazonaws.com may s3:PutObject on PayloadAccessLogs/* if aws:SourceArn ArnLike PayloadBucket and ${OF_THIS_ACCOUNT}`,
            ]
          : []),
        ...(settings.monthlyBudgetUsd !== undefined
          ? [`budgets.amazonaws.com may sns:Publish on AlarmTopic if ${OF_THIS_ACCOUNT} and ${budgets}`]
          : []),
      ].sort(),
    );
  });
});
