import { AssemblyBuilder } from "./assembly-builder.ts";
import { temporaryFolder } from "./temporary-folder.ts";

/** Where the app of {@link writeStorageApp} keeps things. */
export const STORAGE = { queue: "work", dead: "dead", table: "records", index: "dead", bucket: "payloads" } as const;

type Properties = Readonly<Record<string, unknown>>;

/**
 * Writes an app of one each of what keeps data: a queue with its dead-letter queue, a table with a sparse index, a
 * bucket and a generated secret, which the function `Worker` has as `SIGNING_KEY`. Nothing takes messages.
 *
 * @returns the assembly's folder
 */
export const writeStorageApp = (more: { readonly queue?: Properties; readonly table?: Properties } = {}): string => {
  const builder = new AssemblyBuilder(temporaryFolder());
  const deadLetterTargetArn = { "Fn::GetAtt": ["Dead", "Arn"] };
  return builder.writeResources({
    Dead: { Type: "AWS::SQS::Queue", Properties: { QueueName: STORAGE.dead } },
    Queue: {
      Type: "AWS::SQS::Queue",
      Properties: {
        QueueName: STORAGE.queue,
        VisibilityTimeout: 30,
        RedrivePolicy: { deadLetterTargetArn, maxReceiveCount: 3 },
        ...more.queue,
      },
    },
    Table: {
      Type: "AWS::DynamoDB::Table",
      Properties: {
        TableName: STORAGE.table,
        BillingMode: "PAY_PER_REQUEST",
        AttributeDefinitions: [
          { AttributeName: "pk", AttributeType: "S" },
          { AttributeName: "deadShard", AttributeType: "S" },
        ],
        KeySchema: [{ AttributeName: "pk", KeyType: "HASH" }],
        GlobalSecondaryIndexes: [
          {
            IndexName: STORAGE.index,
            KeySchema: [{ AttributeName: "deadShard", KeyType: "HASH" }],
            Projection: { ProjectionType: "ALL" },
          },
        ],
        ...more.table,
      },
    },
    Bucket: { Type: "AWS::S3::Bucket", Properties: { BucketName: STORAGE.bucket } },
    Secret: { Type: "AWS::SecretsManager::Secret", Properties: { GenerateSecretString: { PasswordLength: 24 } } },
    Worker: {
      Type: "AWS::Lambda::Function",
      Properties: {
        Code: builder.code("export const handler = () => undefined;"),
        Handler: "index.handler",
        Runtime: "nodejs24.x",
        Environment: {
          Variables: {
            SIGNING_KEY: { "Fn::Join": ["", ["{{resolve:secretsmanager:", { Ref: "Secret" }, ":SecretString:::}}"]] },
          },
        },
      },
    },
  });
};
