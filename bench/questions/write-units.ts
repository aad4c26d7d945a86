import { DynamoDBClient } from "@aws-sdk/client-dynamodb";
import { dynamoRecordStore } from "../../lambdas/worker/dynamo-record-store.ts";
import { RANDOM_BYTES, randomJobId } from "../../lib/core/job-id.ts";
import { clientOptions } from "../../test/support/client-options.ts";
import { countCapacity } from "../../test/support/count-capacity.ts";
import { answer, withRun } from "../bench-run.ts";

const JOBS = 200;

const figures = await withRun({ noop: {} }, async (run) => {
  const { TABLE_NAME: tableName = "" } = run.variablesOf(run.observe()[0]?.functionName ?? "");
  const client = new DynamoDBClient(clientOptions(run.awsUrl));
  const units = countCapacity(client);
  const records = dynamoRecordStore(client, tableName, 30);
  for (let job = 0; job < JOBS; job += 1) {
    const dice = new Uint8Array(RANDOM_BYTES).fill(job);
    const id = randomJobId(tableName, "noop", Date.now(), dice);
    const envelope = { version: 1, id, type: "noop", submittedAt: new Date().toISOString(), input: {} } as const;
    const lease = { nowMs: Date.now(), untilMs: Date.now() + 65_000, holder: `environment ${job}` };
    const claim = await records.claim(envelope, lease);
    if (claim.kind !== "claimed") throw new Error(`a fresh job was ${claim.kind}`);
    const settlement = { status: "succeeded", attempts: claim.attempt, history: [], result: { ok: true } } as const;
    await records.settle(claim, Date.now(), settlement);
  }
  client.destroy();
  return { "write units per succeeded job": units() / JOBS };
});
answer(figures);
