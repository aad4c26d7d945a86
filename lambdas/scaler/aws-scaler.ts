import type { ScalerEnvironment } from "../../lib/core/environment.ts";
import { decide } from "../../lib/core/scaling/policy.ts";
import { dynamoDbClient } from "../shared/dynamo-db-client.ts";
import { lambdaClient } from "../shared/lambda-client.ts";
import { consoleLog, printLine } from "../shared/log.ts";
import { queueDepth } from "../shared/queue-depth.ts";
import { sqsClient } from "../shared/sqs-client.ts";
import { systemClock as clock, systemDice as dice } from "../shared/system.ts";
import { dynamoScalerStore } from "./dynamo-scaler-store.ts";
import { dynamoSignalReader } from "./dynamo-signal-reader.ts";
import { lambdaAccount } from "./lambda-account.ts";
import { lambdaInvokeClient } from "./lambda-invoke-client.ts";
import { lambdaMappings } from "./lambda-mappings.ts";
import { lambdaProbe } from "./lambda-probe.ts";
import type { Scaler } from "./scaler.ts";

/** Puts the scaler together on AWS's services. */
export const awsScaler = ({ tableName, stage, queues }: ScalerEnvironment): Scaler => {
  const [dynamoDb, sqs, control] = [dynamoDbClient(), sqsClient(), lambdaClient()];
  return {
    stage,
    queues,
    decide,
    store: dynamoScalerStore(dynamoDb, tableName),
    depths: { read: (queueUrl, signal) => queueDepth(sqs, queueUrl, signal) },
    mappings: lambdaMappings(control),
    signals: dynamoSignalReader(dynamoDb, tableName),
    probe: lambdaProbe(lambdaInvokeClient()),
    account: lambdaAccount(control, clock),
    clock,
    dice,
    log: consoleLog,
    print: printLine,
  };
};
