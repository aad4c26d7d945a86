import { join } from "node:path";
import { DynamoDBClient } from "@aws-sdk/client-dynamodb";
import { S3Client } from "@aws-sdk/client-s3";
import { SQSClient } from "@aws-sdk/client-sqs";
import { CACHE_FOLDER } from "../../lib/cli/cache-folder.ts";
import { synthesize } from "../../lib/cli/synthesis.ts";
import { API_VARIABLES, readWorkerEnvironment } from "../../lib/core/environment.ts";
import { type LocalRun, startLocal } from "../../lib/local/server.ts";
import { clientOptions } from "../support/client-options.ts";
import { startReceiver } from "./receiver.ts";
import { plainSend } from "./signed-send.ts";
import type { Target, TargetResources } from "./target.ts";

/** The stage whose workers may call a receiver on this machine. */
const STAGE = "emulator";
const POLL_MS = 100;

export type EmbeddedOptions = {
  readonly environment: NodeJS.ProcessEnv;
  readonly say: (line: string) => void;
  readonly showsLogs: boolean;
};

/** Starts an embedded run on free ports, with a receiver beside it; in a folder of its own, so that other runs go on. */
export const openEmbedded = async ({ environment, say, showsLogs }: EmbeddedOptions): Promise<Target> => {
  const assemblyFolder = join(CACHE_FOLDER, "e2e-assembly");
  await synthesize({ stage: STAGE, assemblyFolder, environment }, () => say("synthesizing"));
  const run = await startLocal({
    assemblyFolder,
    port: 0,
    awsPort: 0,
    environment: { [API_VARIABLES.metricsPeriodSeconds]: "1" },
    onLog: ({ functionName, text }) => {
      if (showsLogs) process.stderr.write(`${functionName} ${text.trimEnd()}\n`);
    },
  });
  const receiver = await startReceiver();
  const options = clientOptions(run.awsUrl);
  const clients = {
    sqs: new SQSClient(options),
    dynamoDb: new DynamoDBClient(options),
    s3: new S3Client({ ...options, forcePathStyle: true }),
  };
  return {
    name: "embedded",
    description: `an embedded run of the stage ${STAGE} at ${run.apiUrl}`,
    ...resourcesOf(run),
    ...clients,
    send: plainSend(run.apiUrl),
    receiver,
    pollMs: POLL_MS,
    close: async () => {
      for (const client of Object.values(clients)) client.destroy();
      await run.stop();
      await receiver.stop();
    },
  };
};

/** Where the run put what a deployment's outputs and resources would name: its workers know. */
const resourcesOf = (run: LocalRun): TargetResources => {
  const workers = run.observe().map(({ functionName }) => readWorkerEnvironment(run.variablesOf(functionName)));
  return {
    apiUrl: run.apiUrl,
    tableName: workers[0]?.tableName ?? "",
    bucketName: workers[0]?.payloadBucket ?? "",
    queues: Object.fromEntries(
      workers.map(({ jobType, queueUrl, deadLetterQueueUrl }) => [jobType, { queueUrl, deadLetterQueueUrl }]),
    ),
  };
};
