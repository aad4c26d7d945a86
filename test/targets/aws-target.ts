import { CloudFormationClient } from "@aws-sdk/client-cloudformation";
import { DynamoDBClient } from "@aws-sdk/client-dynamodb";
import { S3Client } from "@aws-sdk/client-s3";
import { SQSClient } from "@aws-sdk/client-sqs";
import { plainSend, signedSend } from "./signed-send.ts";
import { notRunBecause, stackResources } from "./stack-resources.ts";
import { NotRun, type SendRequest, SUITE_JOB_TYPES, type Target } from "./target.ts";

const POLL_MS = 500;
/** API Gateway's header for keys. @see https://docs.aws.amazon.com/apigateway/latest/developerguide/api-gateway-api-key-source.html */
const API_KEY_HEADER = "x-api-key";

export type AwsOptions = {
  readonly stage: string;
  /** @default as the environment or the profile says */
  readonly region?: string | undefined;
  /** Where the HTTP API answers. @default as the stack's output says */
  readonly apiUrl?: string | undefined;
  /** A token for a stage that takes JWTs. @default requests are signed with the credentials at hand */
  readonly bearer?: string | undefined;
  /** For a stage that takes API keys. */
  readonly apiKey?: string | undefined;
  /** Plays also on a stage whose data is protected. */
  readonly isProtectedAllowed: boolean;
};

/** Reaches a stage in the account of the default credentials. @throws NotRun where it is not there, or does not let us in */
export const openAws = async (options: AwsOptions): Promise<Target> => {
  const { stage, region } = options;
  const cloudFormation = new CloudFormationClient({ region });
  const { credentials, region: regionOf } = cloudFormation.config;
  try {
    await credentials();
    const { isProtected, ...found } = await stackResources(cloudFormation, stage, SUITE_JOB_TYPES);
    const resources = { ...found, apiUrl: (options.apiUrl ?? found.apiUrl).replace(/\/$/, "") };
    if (isProtected && !options.isProtectedAllowed) throw new NotRun(`stage ${stage} is protected`, PROTECTED_HINT);
    const send = sendFor(resources.apiUrl, options, { credentials, region: regionOf });
    await checkAnswers(send);
    const client = { region: regionOf, credentials };
    const clients = { sqs: new SQSClient(client), dynamoDb: new DynamoDBClient(client), s3: new S3Client(client) };
    return {
      name: "aws",
      description: `the stage ${stage} in ${await regionOf()} at ${resources.apiUrl}`,
      ...resources,
      ...clients,
      send,
      receiver: undefined,
      pollMs: POLL_MS,
      close: async () => {
        for (const one of Object.values(clients)) one.destroy();
      },
    };
  } catch (error) {
    throw notRunBecause(error, `the stage ${stage}`, stage);
  } finally {
    cloudFormation.destroy();
  }
};

const PROTECTED_HINT =
  "the suite pauses and limits profile-csv for some minutes: try a stage of your own, or give --protected-too";

const sendFor = (apiUrl: string, options: AwsOptions, signing: Parameters<typeof signedSend>[1]): SendRequest => {
  const key: Readonly<Record<string, string>> =
    options.apiKey === undefined ? {} : { [API_KEY_HEADER]: options.apiKey };
  if (options.bearer !== undefined) return plainSend(apiUrl, { ...key, authorization: `Bearer ${options.bearer}` });
  const send = signedSend(apiUrl, signing);
  return (request) => send({ ...request, headers: { ...request.headers, ...key } });
};

const ANSWERS_WITHIN_MS = 30_000;

/** Asks for the API's description: it says whether we may call at all. */
const checkAnswers = async (send: SendRequest): Promise<void> => {
  const response = await send({ method: "GET", path: "/openapi.json", signal: AbortSignal.timeout(ANSWERS_WITHIN_MS) });
  const text = await response.text();
  if (response.status === 200) return;
  const got = `${response.status} ${text.slice(0, 200)}`;
  if (response.status === 401) throw new NotRun(`the HTTP API takes tokens, got ${got}`, "give one with --bearer");
  if (response.status === 403) {
    throw new NotRun(
      `the HTTP API refuses these credentials, got ${got}`,
      "they need execute-api:Invoke on the API; a stage with API keys takes one with --api-key",
    );
  }
  throw new NotRun(`the HTTP API must answer 200, got ${got}`, "look at the log of the stage's Api function");
};
