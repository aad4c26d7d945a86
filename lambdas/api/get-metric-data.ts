import {
  CloudWatchClient,
  GetMetricDataCommand,
  type GetMetricDataCommandInput,
  type GetMetricDataCommandOutput,
} from "@aws-sdk/client-cloudwatch";

let client: CloudWatchClient | undefined;

/** Asks CloudWatch; a module of its own, so that only `GET /queues` pays for loading the client. */
export const getMetricData = (input: GetMetricDataCommandInput): Promise<GetMetricDataCommandOutput> => {
  client ??= new CloudWatchClient({
    requestHandler: { connectionTimeout: 1_000, requestTimeout: 5_000, throwOnRequestTimeout: true },
    maxAttempts: 2,
  });
  return client.send(new GetMetricDataCommand(input));
};
