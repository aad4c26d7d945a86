import type { ApiEnvironment } from "../../lib/core/environment.ts";
import { dynamoDbClient, sqsClient } from "../shared/aws-clients.ts";
import { consoleLog as log } from "../shared/log.ts";
import { systemClock as clock, systemDice as dice } from "../shared/system.ts";
import type { Api } from "./api.ts";
import { cloudWatchMetricReader } from "./cloudwatch-metric-reader.ts";
import { dynamoRecordReader } from "./dynamo-record-reader.ts";
import { sqsDepthReader } from "./sqs-depth-reader.ts";
import { sqsMessageSender } from "./sqs-message-sender.ts";

/** Puts the api function together on AWS's services. */
export const awsApi = (environment: ApiEnvironment, inputs: Api["inputs"]): Api => {
  const { tableName, queues, metricsPeriodSeconds: periodSeconds } = environment;
  const sqs = sqsClient();
  return {
    inputs,
    queues,
    salt: tableName,
    sender: sqsMessageSender(sqs, { clock, dice }),
    records: dynamoRecordReader(dynamoDbClient(), tableName),
    depths: sqsDepthReader(sqs),
    metrics: cloudWatchMetricReader({ periodSeconds, clock, log }, async (input) => {
      const { getMetricData } = await import("./get-metric-data.ts");
      return await getMetricData(input);
    }),
    clock,
    dice,
    log,
  };
};
