import {
  GetQueueAttributesCommand,
  ReceiveMessageCommand,
  SendMessageBatchCommand,
  SQSClient,
} from "@aws-sdk/client-sqs";
import { Validator } from "@seriousme/openapi-schema-validator";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { workerOf } from "../../lib/cli/worker-of-run.ts";
import { encodeEnvelope } from "../../lib/core/envelope.ts";
import { RANDOM_BYTES, randomJobId } from "../../lib/core/job-id.ts";
import { MAX_INPUT_BYTES } from "../../lib/core/limits.ts";
import { clientOptions } from "../support/client-options.ts";
import { TEST_JOBS, type TestRun, testRun } from "../support/embedded-run.ts";

let test: TestRun;
let sqs: SQSClient;
let variables: Readonly<Record<string, string>>;

beforeAll(async () => {
  test = await testRun(
    { jobTypes: { misbehave: { timeoutSeconds: 2, maxConcurrency: 5 }, nap: { timeoutSeconds: 1, batchSize: 1 } } },
    { jobsFolder: TEST_JOBS },
  );
  sqs = new SQSClient(clientOptions(test.run.awsUrl));
  variables = workerOf(test.run, "misbehave").variables;
});
afterAll(async () => {
  sqs.destroy();
  await test.stop();
});

const submit = async (how: string, headers = {}): Promise<string> => {
  const response = await test.post("/jobs/misbehave", { input: { how } }, headers);
  expect(response.status).toBe(202);
  return ((await response.json()) as { id: string }).id;
};

describe("a job, from the API to its record", () => {
  it("succeeds", async () => {
    const job = await test.jobOnce(await submit("succeed"), ["succeeded"]);

    expect(job).toMatchObject({ type: "misbehave", attempts: 1, result: { how: "succeed", attempt: 1 } });
    expect(Date.parse(String(job.finishedAt))).toBeGreaterThanOrEqual(Date.parse(String(job.startedAt)));
  });

  it("is tried as often as its type allows, then is dead and listed", async () => {
    const id = await submit("transient");

    const job = await test.jobOnce(id, ["dead"]);
    const listed = (await (await test.get("/jobs?status=dead&type=misbehave")).json()) as { jobs: { id: string }[] };

    expect(job).toMatchObject({ attempts: 3, error: { code: "TypeError", message: "no answer" } });
    expect(listed.jobs.map(({ id: other }) => other)).toContain(id);
  });

  it("is dead at once after a permanent error", async () => {
    expect(await test.jobOnce(await submit("permanent"), ["dead"])).toMatchObject({ attempts: 1 });
  });

  it("waits for a throttle and is not charged for it", async () => {
    expect(await test.jobOnce(await submit("throttled"), ["succeeded", "dead"])).toMatchObject({
      status: "succeeded",
      attempts: 1,
    });
  });

  it("runs once under one Idempotency-Key, and another input is refused", async () => {
    const key = { "idempotency-key": "order-7" };
    const id = await submit("succeed", key);
    await test.jobOnce(id, ["succeeded"]);

    const again = await submit("succeed", key);
    const other = await test.post("/jobs/misbehave", { input: { how: "permanent" } }, key);

    expect(again).toBe(id);
    expect(other.status).toBe(409);
  });

  it("whose time runs out is a failed attempt, and says so", async () => {
    const response = await test.post("/jobs/nap", { input: { ms: 30_000 } });
    const { id } = (await response.json()) as { id: string };

    expect(await test.jobOnce(id, ["retrying"])).toMatchObject({ error: { code: "JobTimedOut" } });
  });
});

describe("messages that are no jobs", () => {
  it("are dead-lettered with a reason, and their batch neighbours are unharmed", async () => {
    const { TABLE_NAME = "", QUEUE_URL, DEAD_LETTER_QUEUE_URL } = variables;
    const id = randomJobId(TABLE_NAME, "misbehave", Date.now(), new Uint8Array(RANDOM_BYTES).fill(9));
    const submittedAt = new Date().toISOString();
    const good = encodeEnvelope({ version: 1, id, type: "misbehave", submittedAt, input: { how: "succeed" } });
    await sqs.send(
      new SendMessageBatchCommand({
        QueueUrl: QUEUE_URL,
        Entries: ["not a job", '{"version":2}', good].map((MessageBody, at) => ({ Id: String(at), MessageBody })),
      }),
    );

    const job = await test.jobOnce(id, ["succeeded"]);
    const reasons = new Map<string | undefined, string | undefined>();
    while (reasons.size < 2) {
      const { Messages = [] } = await sqs.send(
        new ReceiveMessageCommand({
          QueueUrl: DEAD_LETTER_QUEUE_URL,
          MaxNumberOfMessages: 10,
          WaitTimeSeconds: 1,
          MessageAttributeNames: ["All"],
        }),
      );
      for (const { Body, MessageAttributes } of Messages) {
        reasons.set(Body, MessageAttributes?.["sluice.reason"]?.StringValue);
      }
    }

    expect(job.attempts).toBe(1);
    expect(Object.fromEntries(reasons)).toEqual({
      "not a job": "the body is not JSON",
      '{"version":2}': "version must be 1, got 2",
    });
  });
});

describe("requests that are refused", () => {
  const big = { input: { how: "x".repeat(MAX_INPUT_BYTES) } };
  it.each([
    ["an unknown job type", "POST", "/jobs/nothing", { input: {} }, 404, "unknown-job-type"],
    ["an invalid input", "POST", "/jobs/misbehave", { input: { how: "badly" } }, 422, "invalid-input"],
    ["a body that is not JSON", "POST", "/jobs/misbehave", "{", 400, "not-json"],
    ["an input over the limit", "POST", "/jobs/misbehave", big, 413, "too-large"],
    ["a wrong method", "DELETE", "/queues", undefined, 405, "method-not-allowed"],
    ["a path nobody knows", "GET", "/nothing", undefined, 404, "no-such-route"],
    ["a made-up id", "GET", "/jobs/misbehave_r1", undefined, 404, "no-such-job"],
  ])("rejects %s with problem details", async (_, method, path, body, status, code) => {
    const response = await fetch(`${test.run.apiUrl}${path}`, {
      method,
      body: typeof body === "object" ? JSON.stringify(body) : body,
    });

    expect(response.status).toBe(status);
    expect(response.headers.get("content-type")).toBe("application/problem+json");
    expect(await response.json()).toMatchObject({ type: `urn:sluice:problem:${code}`, status });
  });

  it("rejects a body over API Gateway's 10 MB and over Lambda's 6 MB", async () => {
    const bodies = [7, 11].map((mebibytes) => `{"input":"${"x".repeat(mebibytes * 1_048_576)}"}`);

    const statuses = await Promise.all(bodies.map(async (body) => (await test.post("/jobs/misbehave", body)).status));

    expect(statuses).toEqual([413, 413]);
  });
});

describe("the API's description", () => {
  it("is valid OpenAPI 3.1, with the job types' own schemas", async () => {
    const document = (await (await test.get("/openapi.json")).json()) as Record<string, unknown>;

    const checked = await new Validator().validate(structuredClone(document));

    expect(checked).toMatchObject({ valid: true });
    expect(document.openapi).toMatch(/^3\.1/);
    expect(JSON.stringify(document)).toContain('"properties":{"how":{"type":"string","enum":["succeed",');
  });
});

describe("the queues, from outside", () => {
  it("are all there, and SQS says the same", async () => {
    const { queues } = (await (await test.get("/queues")).json()) as { queues: Record<string, unknown>[] };
    const { Attributes } = await sqs.send(
      new GetQueueAttributesCommand({ QueueUrl: variables.QUEUE_URL, AttributeNames: ["QueueArn"] }),
    );

    expect(queues.map(({ type, limit }) => [type, limit])).toEqual([
      ["misbehave", 5],
      ["nap", null],
    ]);
    expect(queues[0]).toMatchObject({ visible: 0, concurrency: expect.any(Number), state: "open" });
    expect(Attributes?.QueueArn).toMatch(/^arn:aws:sqs:us-east-1:/);
  });
});
