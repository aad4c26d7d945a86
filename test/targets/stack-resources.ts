import {
  type CloudFormationClient,
  DescribeStacksCommand,
  paginateListStackResources,
  type Stack,
} from "@aws-sdk/client-cloudformation";
import { logicalId } from "../../lib/constructs/logical-id.ts";
import { NotRun, type TargetResources } from "./target.ts";

/** What a deployed stage consists of. */
export type DeployedStage = TargetResources & {
  /** Its data cannot be deleted by accident: somebody depends on it. */
  readonly isProtected: boolean;
};

/**
 * Finds a stage's resources by its stacks: the API by the output, the stateful ones by their logical ids, which never change.
 *
 * @throws NotRun where the stacks are not there, or nobody may look
 */
export const stackResources = async (
  client: CloudFormationClient,
  stage: string,
  jobTypes: readonly string[],
): Promise<DeployedStage> => {
  const [pipeline, data] = [`Sluice-${stage}-Pipeline`, `Sluice-${stage}-Data`];
  const pipelineStack = await findStack(client, pipeline, stage);
  const { EnableTerminationProtection } = await findStack(client, data, stage);
  const apiUrl = pipelineStack.Outputs?.find(({ OutputKey }) => OutputKey === "ApiUrl")?.OutputValue;
  if (apiUrl === undefined) throw new NotRun(`stack ${pipeline} must have the output ApiUrl`, deployHint(stage));
  const [pipelineIds, dataIds] = [await physicalIds(client, pipeline), await physicalIds(client, data)];
  const idOf = (ids: ReadonlyMap<string, string>, stack: string, name: string): string => {
    const id = ids.get(name);
    if (id === undefined) throw new NotRun(`stack ${stack} must have the resource ${name}`, deployHint(stage));
    return id;
  };
  const queues = jobTypes.map((type) => {
    const queueUrl = idOf(pipelineIds, pipeline, logicalId(type, "Queue"));
    return [type, { queueUrl, deadLetterQueueUrl: idOf(pipelineIds, pipeline, logicalId(type, "DeadLetterQueue")) }];
  });
  return {
    apiUrl,
    tableName: idOf(dataIds, data, "JobTable"),
    bucketName: idOf(dataIds, data, "PayloadBucket"),
    queues: Object.fromEntries(queues) as TargetResources["queues"],
    isProtected: EnableTerminationProtection ?? false,
  };
};

const findStack = async (client: CloudFormationClient, StackName: string, stage: string): Promise<Stack> => {
  try {
    const { Stacks } = await client.send(new DescribeStacksCommand({ StackName }));
    if (Stacks?.[0] !== undefined) return Stacks[0];
    throw new NotRun(`stack ${StackName} must be deployed`, deployHint(stage));
  } catch (error) {
    throw notRunBecause(error, `stack ${StackName}`, stage);
  }
};

const physicalIds = async (client: CloudFormationClient, StackName: string): Promise<ReadonlyMap<string, string>> => {
  const ids = new Map<string, string>();
  for await (const { StackResourceSummaries = [] } of paginateListStackResources({ client }, { StackName })) {
    for (const { LogicalResourceId = "", PhysicalResourceId = "" } of StackResourceSummaries) {
      ids.set(LogicalResourceId, PhysicalResourceId);
    }
  }
  return ids;
};

const deployHint = (stage: string): string =>
  `npx cdk deploy --all -c stage=${stage}, in this account and region; --stage and --region choose others`;

const CREDENTIALS_HINT =
  "sign in (for example `aws sso login`), or set AWS_PROFILE; `aws sts get-caller-identity` tries it";

/** Errors of AWS that say the credentials are wrong, by name. */
const REFUSED =
  /^(ExpiredToken|ExpiredTokenException|InvalidClientTokenId|UnrecognizedClientException|SignatureDoesNotMatch|RequestExpired|AuthFailure|InvalidAccessKeyId)/;

/** Tells what keeps a stage on AWS from being tried; what is none of that stays as it is. */
export const notRunBecause = (error: unknown, what: string, stage: string): unknown => {
  if (!(error instanceof Error) || error instanceof NotRun) return error;
  const { name, message } = error;
  if (name === "CredentialsProviderError" || name === "TokenProviderError") {
    return new NotRun(`no AWS credentials were found (${firstLine(message)})`, CREDENTIALS_HINT, error);
  }
  if (REFUSED.test(name)) return new NotRun(`AWS refuses the credentials (${name})`, CREDENTIALS_HINT, error);
  if (/region is missing/i.test(message)) {
    return new NotRun("no AWS region is set", "set AWS_REGION, or give --region", error);
  }
  if (/does not exist/.test(message))
    return new NotRun(`${what} must be deployed, and is not there`, deployHint(stage), error);
  if (/AccessDenied/.test(name)) {
    return new NotRun(`these credentials may not read ${what}`, "take credentials that may read the stack", error);
  }
  if (/ENOTFOUND|ECONNREFUSED|EAI_AGAIN|ETIMEDOUT/.test(`${name} ${(error as { code?: string }).code} ${message}`)) {
    return new NotRun(
      `AWS cannot be reached (${firstLine(message)})`,
      "check the network, and the region's name",
      error,
    );
  }
  return error;
};

const firstLine = (text: string): string => text.split("\n")[0] ?? text;
