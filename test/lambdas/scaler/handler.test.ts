import { join } from "node:path";
import { pathToFileURL } from "node:url";
import type { SQSClient } from "@aws-sdk/client-sqs";
import type { Context } from "aws-lambda";
import { afterAll, beforeAll, expect, it, vi } from "vitest";
import { dynamoScalingStore } from "../../../lambdas/api/dynamo-scaling-store.ts";
import { ENTRY_MODULE, writeBundle } from "../../../lib/constructs/node-bundle.ts";
import { SCALER_VARIABLES } from "../../../lib/core/environment.ts";
import { type LocalAws, startLocalAws } from "../../support/local-aws.ts";
import { BOUNDS } from "../../support/memory-scaler.ts";
import { scriptedLambda } from "../../support/scripted-lambda.ts";
import { temporaryFolder } from "../../support/temporary-folder.ts";

let aws: LocalAws;

beforeAll(async () => {
  aws = await startLocalAws();
});
afterAll(() => aws.stop());

const BUNDLED = 'import { serveScaler } from "./lambdas/scaler/handler.ts";\nexport const handler = serveScaler();';

type Handler = (event: unknown, context: Context) => Promise<void>;

const endpointOf = async ({ config }: Pick<SQSClient, "config">): Promise<string> => {
  const { protocol, hostname, port } = (await config.endpoint?.()) ?? {};
  return `${protocol}//${hostname}:${port}`;
};

/** A Lambda with one mapping, which is as it is told to be. */
const lambdaWithMapping = async (queueArn: string) => {
  const mapping = { UUID: "id", FunctionArn: "arn", EventSourceArn: queueArn, State: "Enabled", ScalingConfig: {} };
  return await scriptedLambda(({ call, body }) => {
    if (call === "GET account-settings") return { body: { AccountLimit: { ConcurrentExecutions: 1_000 } } };
    if (call.startsWith("GET event-source-mappings ")) return { body: { EventSourceMappings: [mapping] } };
    const { Enabled, ...changes } = (body ?? {}) as { readonly Enabled?: boolean };
    Object.assign(mapping, changes, Enabled === undefined ? {} : { State: Enabled ? "Enabled" : "Disabled" });
    return { body: mapping };
  });
};

it("runs as it is bundled, on the services as they answer: sets what the stage allows, and heeds a pause by hand", async () => {
  const [tableName, queueUrl] = [await aws.makeTable("scaler"), await aws.makeQueue("work")];
  const queueArn = "arn:aws:sqs:us-east-1:123456789012:work";
  const { url, calls } = await lambdaWithMapping(queueArn);
  const variables = {
    [SCALER_VARIABLES.tableName]: tableName,
    [SCALER_VARIABLES.stage]: "dev",
    [SCALER_VARIABLES.queues]: JSON.stringify({ work: { queueUrl, queueArn, bounds: { ...BOUNDS, ceiling: 20 } } }),
    AWS_ENDPOINT_URL: await endpointOf(aws.sqs),
    AWS_ENDPOINT_URL_LAMBDA: url,
    AWS_REGION: "us-east-1",
    AWS_ACCESS_KEY_ID: "test",
    AWS_SECRET_ACCESS_KEY: "test",
  };
  for (const [name, value] of Object.entries(variables)) vi.stubEnv(name, value);
  const folder = temporaryFolder();
  writeBundle(BUNDLED, folder);
  const { handler } = (await import(pathToFileURL(join(folder, ENTRY_MODULE)).href)) as { readonly handler: Handler };
  const lines: string[] = [];
  const stdout = vi.spyOn(process.stdout, "write").mockImplementation((text) => lines.push(String(text)) > 0);
  const logged = vi.spyOn(console, "log").mockImplementation((text) => void lines.push(String(text)));
  // Time for one look, and for none after it.
  const context = { getRemainingTimeInMillis: () => 20_000 } as Context;
  const store = dynamoScalingStore(aws.dynamoDb, tableName);

  try {
    await handler({}, context);
    await store.setManual("work", { kind: "pause", sinceMs: Date.now() });
    await handler({ wake: "work" }, context);
  } finally {
    stdout.mockRestore();
    logged.mockRestore();
    vi.unstubAllEnvs();
  }

  expect(calls.filter(({ call }) => call.startsWith("PUT")).map(({ body }) => body)).toEqual([
    { ScalingConfig: { MaximumConcurrency: 20 } },
    { Enabled: false },
  ]);
  expect((await store.read()).decisions.work).toMatchObject({ mode: "paused", isEnabled: false, isManual: true });
  const events = lines.map((line) => JSON.parse(line));
  expect(events).toMatchObject([
    { event: "queue.changed", queue: "work", from: { limit: null }, to: { limit: 20 }, mode: "open" },
    { event: "queue.changed", queue: "work", to: { isEnabled: false }, mode: "paused" },
    { _aws: { CloudWatchMetrics: [{ Namespace: "Sluice" }] }, stage: "dev", jobType: "work", Paused: 1 },
  ]);
});
