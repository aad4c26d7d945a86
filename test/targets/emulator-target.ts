import { DynamoDBClient } from "@aws-sdk/client-dynamodb";
import { S3Client } from "@aws-sdk/client-s3";
import { SQSClient } from "@aws-sdk/client-sqs";
import { EMULATOR_STATE_FILE, type EmulatorState, readEmulatorState } from "../../lib/cli/emulator/emulator-state.ts";
import { clientOptions } from "../support/client-options.ts";
import { startReceiver } from "./receiver.ts";
import { plainSend } from "./signed-send.ts";
import { NotRun, type Target } from "./target.ts";

const HINT = "run `npm run emulator` first: it starts one where none runs, and deploys the stage";
const POLL_MS = 200;
const ANSWERS_WITHIN_MS = 10_000;

/** Reaches the stage that `npm run emulator` has deployed. @throws NotRun where there is none, or it does not answer */
export const openEmulator = async (stateFile: string = EMULATOR_STATE_FILE): Promise<Target> => {
  const state = await readEmulatorState(stateFile);
  if (state?.deployment === undefined) throw new NotRun("no stage is deployed to an emulator", HINT);
  const { endpoint, deployment } = state;
  await checkAnswers(endpoint, "the emulator");
  await checkAnswers(`${deployment.apiUrl}/openapi.json`, "the stage's HTTP API", 200);
  const options = { ...clientOptions(endpoint), region: deployment.region };
  const clients = {
    sqs: new SQSClient(options),
    dynamoDb: new DynamoDBClient(options),
    s3: new S3Client({ ...options, forcePathStyle: true }),
  };
  const receiver = await startReceiver();
  return {
    name: "emulator",
    description: describe(state, deployment.stage),
    apiUrl: deployment.apiUrl,
    tableName: deployment.tableName,
    bucketName: deployment.bucketName,
    queues: deployment.jobTypes,
    ...clients,
    send: plainSend(deployment.apiUrl),
    receiver,
    pollMs: POLL_MS,
    close: async () => {
      for (const client of Object.values(clients)) client.destroy();
      await receiver.stop();
    },
  };
};

const describe = ({ kind, version, endpoint }: EmulatorState, stage: string): string =>
  `the stage ${stage} on ${kind === "other" ? "an emulator" : kind}${version === undefined ? "" : ` ${version}`} at ${endpoint}`;

const checkAnswers = async (url: string, what: string, wanted?: number): Promise<void> => {
  const response = await fetch(url, { signal: AbortSignal.timeout(ANSWERS_WITHIN_MS) }).catch((cause: unknown) => {
    throw new NotRun(`${what} must answer at ${url}, and does not`, HINT, cause);
  });
  await response.body?.cancel();
  if (wanted === undefined || response.status === wanted) return;
  throw new NotRun(`${what} must answer ${wanted} at ${url}, got ${response.status}`, HINT);
};
