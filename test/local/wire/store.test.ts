import { connect } from "node:net";
import { CloudWatchClient, GetMetricDataCommand, ListDashboardsCommand } from "@aws-sdk/client-cloudwatch";
import {
  ConditionalCheckFailedException,
  CreateTableCommand,
  DescribeEndpointsCommand,
  DynamoDBClient,
  GetItemCommand,
  QueryCommand,
  TransactWriteItemsCommand,
  UpdateItemCommand,
} from "@aws-sdk/client-dynamodb";
import {
  ChangeMessageVisibilityCommand,
  CreateQueueCommand,
  DeleteMessageBatchCommand,
  GetQueueAttributesCommand,
  GetQueueUrlCommand,
  ListQueuesCommand,
  ReceiveMessageCommand,
  SendMessageBatchCommand,
  SendMessageCommand,
  SQSClient,
  StartMessageMoveTaskCommand,
} from "@aws-sdk/client-sqs";
import { cbor, dateToTag } from "@smithy/core/cbor";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { pointOf } from "../../../lib/local/metric-point.ts";
import { type Store, startStore } from "../../../lib/local/wire/store.ts";

let store: Store;
let clients: { readonly sqs: SQSClient; readonly dynamoDb: DynamoDBClient; readonly cloudWatch: CloudWatchClient };

beforeAll(async () => {
  store = await startStore(0, (error) => {
    throw error;
  });
  const options = {
    endpoint: store.url,
    region: "us-east-1",
    credentials: { accessKeyId: "test", secretAccessKey: "test" },
  };
  clients = {
    sqs: new SQSClient(options),
    dynamoDb: new DynamoDBClient(options),
    cloudWatch: new CloudWatchClient(options),
  };
});

afterAll(async () => {
  for (const client of Object.values(clients)) client.destroy();
  await store.stop();
});

const createQueue = async (name: string, attributes: Record<string, string> = {}): Promise<string> => {
  const { QueueUrl } = await clients.sqs.send(new CreateQueueCommand({ QueueName: name, Attributes: attributes }));
  return QueueUrl ?? "";
};

const countsOf = async (queueUrl: string): Promise<readonly (string | undefined)[]> => {
  const { Attributes } = await clients.sqs.send(
    new GetQueueAttributesCommand({ QueueUrl: queueUrl, AttributeNames: ["All"] }),
  );
  return [
    Attributes?.ApproximateNumberOfMessages,
    Attributes?.ApproximateNumberOfMessagesNotVisible,
    Attributes?.ApproximateNumberOfMessagesDelayed,
  ];
};

describe("SQS on the wire", () => {
  it("names queues by addresses that resolve on this machine", async () => {
    const created = await createQueue("urls-a");
    const { QueueUrl } = await clients.sqs.send(new GetQueueUrlCommand({ QueueName: "urls-a" }));
    const { QueueUrls } = await clients.sqs.send(new ListQueuesCommand({ QueueNamePrefix: "urls-" }));

    const expected = `${store.url}/000000000000/urls-a`;
    expect(created).toBe(expected);
    expect(QueueUrl).toBe(expected);
    expect(QueueUrls).toEqual([expected]);
  });

  it("sends, receives and deletes, with attributes", async () => {
    const QueueUrl = await createQueue("round");
    await clients.sqs.send(
      new SendMessageCommand({
        QueueUrl,
        MessageBody: "ü",
        MessageAttributes: { kind: { DataType: "String", StringValue: "x" } },
      }),
    );

    const { Messages = [] } = await clients.sqs.send(
      new ReceiveMessageCommand({ QueueUrl, MessageAttributeNames: ["All"], MessageSystemAttributeNames: ["All"] }),
    );
    const [message] = Messages;
    await clients.sqs.send(
      new DeleteMessageBatchCommand({ QueueUrl, Entries: [{ Id: "1", ReceiptHandle: message?.ReceiptHandle }] }),
    );

    expect(message).toMatchObject({
      Body: "ü",
      MessageAttributes: { kind: { StringValue: "x" } },
      Attributes: { ApproximateReceiveCount: "1" },
    });
    expect(await countsOf(QueueUrl)).toEqual(["0", "0", "0"]);
  });

  it("counts messages as they are now, though nobody receives", async () => {
    const QueueUrl = await createQueue("counts");
    await clients.sqs.send(
      new SendMessageBatchCommand({
        QueueUrl,
        Entries: [
          { Id: "1", MessageBody: "now" },
          { Id: "2", MessageBody: "soon", DelaySeconds: 1 },
          { Id: "3", MessageBody: "late", DelaySeconds: 900 },
        ],
      }),
    );
    const { Messages = [] } = await clients.sqs.send(new ReceiveMessageCommand({ QueueUrl }));
    const received = await countsOf(QueueUrl);
    await clients.sqs.send(
      new ChangeMessageVisibilityCommand({
        QueueUrl,
        ReceiptHandle: Messages[0]?.ReceiptHandle,
        VisibilityTimeout: 1,
      }),
    );

    expect(received).toEqual(["0", "1", "2"]);
    await expect.poll(() => countsOf(QueueUrl), { timeout: 4_000 }).toEqual(["2", "0", "1"]);
  });

  it("moves a message that was received too often to the dead-letter queue", async () => {
    const dead = await createQueue("dead");
    const policy = { deadLetterTargetArn: "arn:aws:sqs:us-east-1:000000000000:dead", maxReceiveCount: 1 };
    const QueueUrl = await createQueue("deadly", { RedrivePolicy: JSON.stringify(policy), VisibilityTimeout: "0" });
    await clients.sqs.send(new SendMessageCommand({ QueueUrl, MessageBody: "poison" }));

    await clients.sqs.send(new ReceiveMessageCommand({ QueueUrl }));
    await clients.sqs.send(new ReceiveMessageCommand({ QueueUrl }));

    expect(await countsOf(dead)).toEqual(["1", "0", "0"]);
  });

  it("rejects operations that it does not have, and names those that it has", async () => {
    const command = new StartMessageMoveTaskCommand({ SourceArn: "arn:aws:sqs:us-east-1:000000000000:dead" });

    await expect(clients.sqs.send(command)).rejects.toMatchObject({
      name: "UnknownOperationException",
      message: expect.stringMatching(
        /^a local run does not support AmazonSQS\.StartMessageMoveTask; it supports SQS .*SendMessage/,
      ),
    });
  });

  it("rejects the older query protocol, in that protocol", async () => {
    const response = await fetch(store.url, {
      method: "POST",
      body: new URLSearchParams({ Action: "SendMessage", Version: "2012-11-05" }),
    });

    expect(response.status).toBe(400);
    expect(await response.text()).toMatch(
      /<Code>InvalidAction<\/Code><Message>a local run does not support SendMessage/,
    );
  });
});

describe("the store beside the wire", () => {
  it("receives what was sent on the wire, with the attributes that Lambda hands on", async () => {
    const QueueUrl = await createQueue("beside");
    await clients.sqs.send(
      new SendMessageBatchCommand({
        QueueUrl,
        Entries: [
          { Id: "1", MessageBody: "same", MessageGroupId: "tenant-1" },
          { Id: "2", MessageBody: "same" },
          { Id: "3", MessageBody: "other", MessageGroupId: "tenant-2" },
        ],
      }),
    );

    const messages = await store.receive("beside", 10, 0);

    expect(messages.map(({ body, attributes }) => [body, attributes.MessageGroupId])).toEqual([
      ["same", "tenant-1"],
      ["same", undefined],
      ["other", "tenant-2"],
    ]);
    expect(messages[0]?.attributes).toMatchObject({
      ApproximateReceiveCount: "1",
      SenderId: "000000000000",
      SentTimestamp: expect.stringMatching(/^\d{13}$/),
      ApproximateFirstReceiveTimestamp: expect.stringMatching(/^\d{13}$/),
    });
  });

  it("gives a message that comes in time to one of those who wait, and lets the others wait on", async () => {
    const QueueUrl = await createQueue("waiting");
    const waiting = [store.receive("waiting", 10, 20_000), store.receive("waiting", 10, 20_000)];
    await clients.sqs.send(new SendMessageCommand({ QueueUrl, MessageBody: "one" }));

    const first = await Promise.race(waiting);
    let ended = 0;
    for (const receive of waiting) {
      void receive.then(() => {
        ended += 1;
      });
    }
    await countsOf(QueueUrl);
    await store.receive("waiting", 1, 0);
    const endedEarly = ended;
    store.wake();
    const all = await Promise.all(waiting);

    expect(first).toHaveLength(1);
    expect(endedEarly).toBe(1);
    expect(all.flat()).toHaveLength(1);
  });

  it("waits no longer than it is told", async () => {
    await createQueue("empty");

    expect(await store.receive("empty", 10, 50)).toEqual([]);
  });

  it("deletes what it received, and knows how many messages there are", async () => {
    const QueueUrl = await createQueue("depth");
    for (const MessageBody of ["a", "b"]) await clients.sqs.send(new SendMessageCommand({ QueueUrl, MessageBody }));
    const [message] = await store.receive("depth", 1, 0);

    await expect.poll(() => store.depthOf("depth")).toMatchObject({ visible: 1, inFlight: 1, delayed: 0 });
    await store.remove("depth", [message?.receiptHandle ?? ""]);

    await expect.poll(() => store.depthOf("depth")).toMatchObject({ visible: 1, inFlight: 0 });
    expect(store.depthOf("depth").oldestSentAtMs).toBeLessThanOrEqual(Date.now());
  });

  it("rejects a queue that does not exist", async () => {
    await expect(store.receive("nowhere", 1, 0)).rejects.toMatchObject({
      code: "StoreRefused",
      message: "queue nowhere does not exist",
    });
  });
});

describe("DynamoDB on the wire", () => {
  beforeAll(async () => {
    await clients.dynamoDb.send(
      new CreateTableCommand({
        TableName: "records",
        BillingMode: "PAY_PER_REQUEST",
        AttributeDefinitions: [
          { AttributeName: "pk", AttributeType: "S" },
          { AttributeName: "deadShard", AttributeType: "S" },
        ],
        KeySchema: [{ AttributeName: "pk", KeyType: "HASH" }],
        GlobalSecondaryIndexes: [
          {
            IndexName: "sparse",
            KeySchema: [{ AttributeName: "deadShard", KeyType: "HASH" }],
            Projection: { ProjectionType: "ALL" },
          },
        ],
      }),
    );
  });

  const update = (pk: string, more: Record<string, unknown> = {}): UpdateItemCommand =>
    new UpdateItemCommand({
      TableName: "records",
      Key: { pk: { S: pk } },
      UpdateExpression: "SET attempt = :one",
      ExpressionAttributeValues: { ":one": { N: "1" } },
      ...more,
    });

  it("updates on a condition, at once after the table was created", async () => {
    const once = { ConditionExpression: "attribute_not_exists(pk)" };
    await clients.dynamoDb.send(update("a", once));

    await expect(clients.dynamoDb.send(update("a", once))).rejects.toBeInstanceOf(ConditionalCheckFailedException);
    const { Item } = await clients.dynamoDb.send(new GetItemCommand({ TableName: "records", Key: { pk: { S: "a" } } }));
    expect(Item).toEqual({ pk: { S: "a" }, attempt: { N: "1" } });
  });

  it("finds in a sparse index what carries its key", async () => {
    await clients.dynamoDb.send(update("b"));
    await clients.dynamoDb.send(
      update("c", {
        UpdateExpression: "SET deadShard = :shard",
        ExpressionAttributeValues: { ":shard": { S: "dead" } },
      }),
    );

    const { Items } = await clients.dynamoDb.send(
      new QueryCommand({
        TableName: "records",
        IndexName: "sparse",
        KeyConditionExpression: "deadShard = :shard",
        ExpressionAttributeValues: { ":shard": { S: "dead" } },
      }),
    );

    expect(Items?.map(({ pk }) => pk)).toEqual([{ S: "c" }]);
  });

  it("rejects operations that it does not have by name", async () => {
    const transaction = clients.dynamoDb.send(new TransactWriteItemsCommand({ TransactItems: [] }));
    const endpoints = clients.dynamoDb.send(new DescribeEndpointsCommand());

    await expect(transaction).rejects.toThrow("does not support DynamoDB_20120810.TransactWriteItems; it supports");
    await expect(endpoints).rejects.toThrow("does not support DynamoDB_20120810.DescribeEndpoints; it supports");
  });

  it("survives a client that goes away in the middle of a request", async () => {
    const { hostname, port } = new URL(store.url);
    const socket = connect(Number(port), hostname);
    socket.write(
      "POST / HTTP/1.1\r\nHost: localhost\r\nX-Amz-Target: DynamoDB_20120810.GetItem\r\nContent-Length: 100\r\n\r\n{",
      () => socket.resetAndDestroy(),
    );
    await new Promise((resolve) => socket.once("close", resolve));

    await clients.dynamoDb.send(update("after"));
  });
});

describe("CloudWatch on the wire", () => {
  const query = (more: object = {}): GetMetricDataCommand => {
    const MetricStat = {
      Metric: { Namespace: "AWS/Lambda", MetricName: "Errors", Dimensions: [{ Name: "FunctionName", Value: "f" }] },
      Period: 60,
      Stat: "Sum",
      ...more,
    };
    return new GetMetricDataCommand({
      StartTime: new Date("2026-11-22T10:00:00Z"),
      EndTime: new Date("2026-11-22T10:10:00Z"),
      MetricDataQueries: [{ Id: "errors", MetricStat }],
    });
  };

  beforeAll(() => {
    const at = (time: string): number => Date.parse(`2026-11-22T${time}Z`);
    store.publish([
      pointOf("AWS/Lambda", "Errors", { FunctionName: "f" }, at("10:01:07"), 2),
      pointOf("AWS/Lambda", "Errors", { FunctionName: "f" }, at("10:01:08"), 3),
      pointOf("AWS/Lambda", "Errors", { FunctionName: "f" }, at("10:02:00"), 4),
    ]);
  });

  it("answers the SDK with the newest period first", async () => {
    const { MetricDataResults } = await clients.cloudWatch.send(query());

    expect(MetricDataResults).toEqual([
      {
        Id: "errors",
        Label: "Errors",
        StatusCode: "Complete",
        Timestamps: [new Date("2026-11-22T10:02:00Z"), new Date("2026-11-22T10:01:00Z")],
        Values: [4, 5],
      },
    ]);
  });

  it("answers clients that speak CBOR", async () => {
    const response = await fetch(`${store.url}/service/GraniteServiceVersion20100801/operation/GetMetricData`, {
      method: "POST",
      headers: { "smithy-protocol": "rpc-v2-cbor", "content-type": "application/cbor" },
      body: new Uint8Array(
        cbor.serialize({
          ...query().input,
          ScanBy: "TimestampAscending",
          StartTime: dateToTag(new Date("2026-11-22T10:00:00Z")),
          EndTime: dateToTag(new Date("2026-11-22T10:10:00Z")),
        }),
      ),
    });
    const answer = cbor.deserialize(new Uint8Array(await response.arrayBuffer()));

    expect(response.headers.get("smithy-protocol")).toBe("rpc-v2-cbor");
    expect(answer.MetricDataResults).toMatchObject([{ Id: "errors", Values: [5, 4] }]);
    expect(Number(answer.MetricDataResults[0].Timestamps[0].value)).toBe(Date.parse("2026-11-22T10:01:00Z") / 1_000);
  });

  it("keeps metrics of queues", async () => {
    const QueueUrl = await createQueue("measured");
    await clients.sqs.send(new SendMessageCommand({ QueueUrl, MessageBody: "x" }));
    const visible = async (): Promise<readonly (number | undefined)[]> => {
      const { MetricDataResults = [] } = await clients.cloudWatch.send(
        new GetMetricDataCommand({
          StartTime: new Date(Date.now() - 60_000),
          EndTime: new Date(Date.now() + 60_000),
          MetricDataQueries: ["ApproximateNumberOfMessagesVisible", "NumberOfMessagesSent"].map(
            (MetricName, place) => ({
              Id: `m${place}`,
              MetricStat: {
                Metric: { Namespace: "AWS/SQS", MetricName, Dimensions: [{ Name: "QueueName", Value: "measured" }] },
                Period: 60,
                Stat: MetricName.startsWith("Number") ? "Sum" : "Maximum",
              },
            }),
          ),
        }),
      );
      return MetricDataResults.map(({ Values = [] }) => Math.max(...Values));
    };

    await expect.poll(visible, { timeout: 4_000 }).toEqual([1, 1]);
  });

  it("rejects unknown functions of metric math, statistics and operations, each by name", async () => {
    const math = new GetMetricDataCommand({
      ...query().input,
      MetricDataQueries: [{ Id: "m", Expression: "ANOMALY_DETECTION_BAND(a)" }],
    });

    await expect(clients.cloudWatch.send(math)).rejects.toThrow("ANOMALY_DETECTION_BAND, which is not among ABS, AVG");
    await expect(clients.cloudWatch.send(query({ Stat: "TM99" }))).rejects.toThrow("got TM99");
    await expect(clients.cloudWatch.send(new ListDashboardsCommand({}))).rejects.toThrow(
      "a local run does not support ListDashboards of CloudWatch; it supports DescribeAlarms, GetMetricData",
    );
  });
});

describe("startStore", () => {
  it("rejects a port that is in use, naming it and the option", async () => {
    const port = Number(new URL(store.url).port);

    await expect(startStore(port, () => undefined)).rejects.toMatchObject({
      code: "PortInUse",
      message: `--aws-port must be free on 127.0.0.1, got ${port} which is in use`,
    });
  });
});
