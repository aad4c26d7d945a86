import { DynamoDBClient, UpdateItemCommand } from "@aws-sdk/client-dynamodb";
import {
  DeleteMessageBatchCommand,
  ReceiveMessageCommand,
  SendMessageBatchCommand,
  SQSClient,
} from "@aws-sdk/client-sqs";
import type { LocalRun } from "../../lib/local/server.ts";
import { clientOptions } from "../../test/support/client-options.ts";
import { answer, until, withRun } from "../bench-run.ts";

const WARM_UP = 1_000;
const JOBS = 10_000;
const BASELINE_JOBS = 2_000;

/** Submits jobs in batches of 500 and waits until the queue is empty; returns jobs a second, from the first submission. */
const drain = async (run: LocalRun, jobs: number): Promise<number> => {
  const startedMs = performance.now();
  const body = JSON.stringify({ jobs: Array.from({ length: 500 }, () => ({ input: {} })) });
  for (let sent = 0; sent < jobs; sent += 500) {
    const response = await fetch(`${run.apiUrl}/jobs/noop/batch`, { method: "POST", body });
    const { rejected } = (await response.json()) as { rejected: readonly unknown[] };
    if (response.status !== 202 || rejected.length > 0) throw new Error(`a batch was refused: ${response.status}`);
  }
  await until(() => run.observe().every(({ visible, inFlight, running }) => visible + inFlight + running === 0));
  return (jobs * 1_000) / (performance.now() - startedMs);
};

/** The same calls to the stores by one SDK client, without API, mapping and functions: what the stores alone allow. */
const baseline = async (run: LocalRun): Promise<number> => {
  const variables = run.variablesOf(run.observe()[0]?.functionName ?? "");
  const sqs = new SQSClient(clientOptions(run.awsUrl));
  const dynamo = new DynamoDBClient(clientOptions(run.awsUrl));
  const QueueUrl = variables.DEAD_LETTER_QUEUE_URL;
  const startedMs = performance.now();
  const write = (pk: string, status: string) =>
    dynamo.send(
      new UpdateItemCommand({
        TableName: variables.TABLE_NAME,
        Key: { pk: { S: pk }, sk: { S: "record" } },
        UpdateExpression: "SET #status = :status",
        ExpressionAttributeNames: { "#status": "status" },
        ExpressionAttributeValues: { ":status": { S: status } },
      }),
    );
  const lane = async (name: number): Promise<void> => {
    for (let round = 0; round < BASELINE_JOBS / 10 / 8; round += 1) {
      const bodies = Array.from({ length: 10 }, (_, index) => ({ Id: String(index), MessageBody: "{}" }));
      await sqs.send(new SendMessageBatchCommand({ QueueUrl, Entries: bodies }));
      const { Messages = [] } = await sqs.send(new ReceiveMessageCommand({ QueueUrl, MaxNumberOfMessages: 10 }));
      await Promise.all(
        Messages.map(async (_, index) => {
          const pk = `baseline#${name}-${round}-${index}`;
          await write(pk, "running");
          await write(pk, "succeeded");
        }),
      );
      const Entries = Messages.map(({ ReceiptHandle }, index) => ({ Id: String(index), ReceiptHandle }));
      await sqs.send(new DeleteMessageBatchCommand({ QueueUrl, Entries }));
    }
  };
  await Promise.all(Array.from({ length: 8 }, (_, name) => lane(name)));
  return (BASELINE_JOBS * 1_000) / (performance.now() - startedMs);
};

const figures = await withRun({ noop: { maxConcurrency: 5 } }, async (run) => {
  await drain(run, WARM_UP);
  const storesAlone = await baseline(run);
  const drained = await drain(run, JOBS);
  return {
    "jobs drained per second": drained,
    "stores alone, jobs per second": storesAlone,
    ratio: drained / storesAlone,
  };
});
answer(figures);
