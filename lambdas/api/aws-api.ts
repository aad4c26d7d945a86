import type { ApiEnvironment } from "../../lib/core/environment.ts";
import { dynamoDbClient } from "../shared/dynamo-db-client.ts";
import { consoleLog as log } from "../shared/log.ts";
import { queueDepth } from "../shared/queue-depth.ts";
import { s3PayloadStore } from "../shared/s3-payload-store.ts";
import { sqsClient } from "../shared/sqs-client.ts";
import { systemClock as clock, systemDice as dice } from "../shared/system.ts";
import type { Api } from "./api.ts";
import { boundedPayloadStore } from "./bounded-payload-store.ts";
import { cloudWatchMetricReader } from "./cloudwatch-metric-reader.ts";
import { dynamoRecordReader } from "./dynamo-record-reader.ts";
import { dynamoRecordWriter } from "./dynamo-record-writer.ts";
import { dynamoScalingStore } from "./dynamo-scaling-store.ts";
import { sqsDeadLetters } from "./sqs-dead-letters.ts";
import { sqsMessageSender } from "./sqs-message-sender.ts";
import { wakeQuietly } from "./wake-quietly.ts";

/** Puts the api function together on AWS's services. */
export const awsApi = (environment: ApiEnvironment, inputs: Api["inputs"]): Api => {
  const { tableName, queues, redriveLimit, metricsPeriodSeconds: periodSeconds } = environment;
  const [sqs, dynamoDb] = [sqsClient(), dynamoDbClient()];
  return {
    inputs,
    queues,
    salt: tableName,
    redriveLimit,
    sender: sqsMessageSender(sqs, { clock, dice }),
    records: dynamoRecordReader(dynamoDb, tableName),
    writer: dynamoRecordWriter(dynamoDb, tableName, environment.recordRetentionDays),
    payloads: boundedPayloadStore(s3PayloadStore(environment.payloadBucket), clock),
    deadLetters: sqsDeadLetters(sqs, log),
    depths: { read: (queueUrl) => queueDepth(sqs, queueUrl) },
    metrics: cloudWatchMetricReader({ periodSeconds, clock, log }, async (input) => {
      const { getMetricData } = await import("./get-metric-data.ts");
      return await getMetricData(input);
    }),
    scaling: dynamoScalingStore(dynamoDb, tableName),
    wakeScaler: wakeQuietly({ clock, log }, async (type) => {
      const { scalerWaker } = await import("../shared/scaler-waker.ts");
      return scalerWaker(environment.scalerFunction, type);
    }),
    clock,
    dice,
    log,
  };
};
