import { DynamoDBClient, paginateScan } from "@aws-sdk/client-dynamodb";

/** What the demo reads of a job's record. */
export type DemoRecord = {
  readonly id: string;
  readonly status: string;
  readonly attempts: number;
  readonly submittedAtMs: number;
  readonly startedAtMs: number;
};

/** Reads every job's record through the AWS wire, as any SDK client could. */
export const readRecords = async (awsUrl: string, tableName: string): Promise<readonly DemoRecord[]> => {
  const client = new DynamoDBClient({
    endpoint: awsUrl,
    region: "us-east-1",
    credentials: { accessKeyId: "embedded", secretAccessKey: "embedded" },
  });
  const records: DemoRecord[] = [];
  for await (const { Items = [] } of paginateScan({ client }, { TableName: tableName, ConsistentRead: true })) {
    for (const { pk, status, attempts, submittedAt, startedAt } of Items) {
      if (pk?.S?.startsWith("job#") !== true) continue;
      records.push({
        id: pk.S.slice("job#".length),
        status: status?.S ?? "",
        attempts: Number(attempts?.N),
        submittedAtMs: Date.parse(submittedAt?.S ?? ""),
        startedAtMs: Date.parse(startedAt?.S ?? ""),
      });
    }
  }
  client.destroy();
  return records;
};
