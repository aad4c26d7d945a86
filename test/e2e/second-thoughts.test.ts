import { GetQueueAttributesCommand, SendMessageCommand, SQSClient } from "@aws-sdk/client-sqs";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { workerOf } from "../../lib/cli/worker-of-run.ts";
import { WORKER_VARIABLES } from "../../lib/core/environment.ts";
import { clientOptions } from "../support/client-options.ts";
import { TEST_JOBS, type TestRun, testRun } from "../support/embedded-run.ts";

/** What people do with a job after they submitted it: cancel it, run it again; and what is no job, moved back. */

let test: TestRun;
let sqs: SQSClient;
let variables: Readonly<Record<string, string>>;

beforeAll(async () => {
  test = await testRun(
    {
      jobTypes: {
        misbehave: { timeoutSeconds: 20, maxConcurrency: 5 },
        echo: { timeoutSeconds: 5, maxConcurrency: 5 },
      },
    },
    { jobsFolder: TEST_JOBS },
  );
  sqs = new SQSClient(clientOptions(test.run.awsUrl));
  variables = workerOf(test.run, "misbehave").variables;
});
afterAll(async () => {
  sqs.destroy();
  await test.stop();
});

type Answer = { readonly status: number; readonly body: Record<string, unknown> };

const answerOf = async (responding: Promise<Response>): Promise<Answer> => {
  const response = await responding;
  return { status: response.status, body: (await response.json()) as Record<string, unknown> };
};

const submit = async (how: string, more: object = {}): Promise<string> => {
  const { status, body } = await answerOf(test.post("/jobs/misbehave", { input: { how }, ...more }));
  expect(status).toBe(202);
  return String(body.id);
};

describe("a cancel", () => {
  it("of a queued job keeps it from ever running", async () => {
    const id = await submit("succeed", { delaySeconds: 2 });

    const answer = await answerOf(test.post(`/jobs/${id}/cancel`, {}));

    expect(answer).toMatchObject({ status: 202, body: { id, status: "cancelled" } });
    const dropped = `"event":"job.dropped","id":"${id}"`;
    await expect.poll(() => test.logs.some((line) => line.includes(dropped)), { timeout: 20_000 }).toBe(true);
    expect(await test.jobOnce(id, ["cancelled"])).toMatchObject({ attempts: 0 });
  });

  it("of a running job aborts its signal within seconds", async () => {
    const id = await submit("wait");
    await test.jobOnce(id, ["running"]);

    const answer = await answerOf(test.post(`/jobs/${id}/cancel`, {}));
    const askedMs = Date.now();
    const job = await test.jobOnce(id, ["cancelled", "succeeded", "dead"]);

    expect(answer).toMatchObject({ status: 202, body: { id, status: "running" } });
    expect(job).toMatchObject({ status: "cancelled" });
    // The job's own time is 20 s: it is the cancel that ended it.
    expect(Date.parse(String(job.finishedAt)) - askedMs).toBeLessThan(10_000);
  });

  it("of a finished job is refused", async () => {
    const id = await submit("succeed");
    await test.jobOnce(id, ["succeeded"]);

    const { status, body } = await answerOf(test.post(`/jobs/${id}/cancel`, {}));

    expect(status).toBe(409);
    expect(body).toMatchObject({ type: "urn:sluice:problem:job-finished" });
    expect(body.detail).toContain("succeeded");
  });
});

describe("a redrive", () => {
  it("sent twice at once runs the dead job once, with its id, its tenant and all its attempts before it", async () => {
    const id = await submit("permanent", { tenant: "acme" });
    await test.jobOnce(id, ["dead"]);
    const runs = (): number =>
      test.logs
        .filter((line) => line.includes(`"event":"misbehave.runs"`) || line.includes("misbehave.runs"))
        .filter((line) => line.includes(id)).length;
    expect(runs()).toBe(1);

    const both = await Promise.all([1, 2].map(() => answerOf(test.post(`/jobs/${id}/redrive`, {}))));

    expect(both.map(({ status }) => status)).toEqual([202, 202]);
    await expect.poll(async () => (await test.jobOnce(id, ["dead"])).redrives, { timeout: 20_000 }).toBe(1);
    const dropped = `"event":"job.dropped","id":"${id}"`;
    await expect.poll(() => test.logs.some((line) => line.includes(dropped)), { timeout: 20_000 }).toBe(true);
    expect(runs()).toBe(2);
    expect(await test.jobOnce(id, ["dead"])).toMatchObject({ tenant: "acme", attempts: 1 });
  });

  it("of what a filter names comes after a dry run that changes nothing", async () => {
    const ids = await Promise.all([submit("permanent"), submit("permanent")]);
    const [first = {}] = await Promise.all(ids.map((id) => test.jobOnce(id, ["dead"])));
    const other = await submit("transient");
    await test.jobOnce(other, ["dead"]);
    const { fingerprint } = first.error as { fingerprint: string };
    const filter = { fingerprint, diedAfter: first.submittedAt };

    const dry = await answerOf(test.post("/queues/misbehave/redrive", { ...filter, dryRun: true }));
    const wet = await answerOf(test.post("/queues/misbehave/redrive", filter));

    expect(dry).toMatchObject({ status: 200, body: { dryRun: true, matched: 2 } });
    expect(wet.status).toBe(202);
    expect((wet.body.redriven as string[]).toSorted()).toEqual(ids.toSorted());
    for (const id of ids) {
      await expect.poll(async () => (await test.jobOnce(id, ["dead"])).redrives, { timeout: 20_000 }).toBe(1);
    }
    expect(await test.jobOnce(other, ["dead"])).not.toHaveProperty("redrives");
  });
});

describe("a large job", () => {
  it("travels by reference, both ways, and comes back whole", async () => {
    const text = "é".repeat(400_000);

    const { body } = await answerOf(test.post("/jobs/echo", { input: { text } }));
    const job = await test.jobOnce(String(body.id), ["succeeded", "dead"]);

    expect(job.status).toBe("succeeded");
    expect((job.result as { text: string }).text === text).toBe(true);
  });

  it("that died is redriven with its input", async () => {
    const text = "x".repeat(400_000);
    const { body } = await answerOf(test.post("/jobs/echo", { input: { text, failsBefore: 1 } }));
    const id = String(body.id);
    await test.jobOnce(id, ["dead"]);

    expect((await answerOf(test.post(`/jobs/${id}/redrive`, {}))).status).toBe(202);
    const job = await test.jobOnce(id, ["succeeded"]);

    expect((job.result as { text: string }).text === text).toBe(true);
  });

  it("rejects an input beyond what the bucket is used for", async () => {
    const { status, body } = await answerOf(test.post("/jobs/echo", { input: { text: "x".repeat(3_200_000) } }));

    expect(status).toBe(413);
    expect(body.detail).toContain("3145728 bytes");
  });
});

describe("the dead-letter queue", () => {
  const visibleIn = async (name: "queueUrl" | "deadLetterQueueUrl"): Promise<number> => {
    const QueueUrl = variables[WORKER_VARIABLES[name]];
    const { Attributes = {} } = await sqs.send(
      new GetQueueAttributesCommand({ QueueUrl, AttributeNames: ["ApproximateNumberOfMessages"] }),
    );
    return Number(Attributes.ApproximateNumberOfMessages);
  };

  it("lists what is no job with its reason, and moves it back", async () => {
    await sqs.send(
      new SendMessageCommand({ QueueUrl: variables[WORKER_VARIABLES.queueUrl], MessageBody: "not a job" }),
    );
    await expect.poll(() => visibleIn("deadLetterQueueUrl"), { timeout: 20_000 }).toBe(1);

    const listed = await answerOf(test.get("/queues/misbehave/dead-letters"));
    const moved = await answerOf(test.post("/queues/misbehave/dead-letters/redrive", {}));

    expect(listed).toMatchObject({
      status: 200,
      body: { messages: [{ body: "not a job", reason: "the body is not JSON" }] },
    });
    expect(moved).toMatchObject({ status: 202, body: { moved: [expect.any(String)], kept: [] } });
    // It still is no job: the worker sends it there again.
    await expect
      .poll(() => test.logs.filter((line) => line.includes("message.dead-lettered")).length, { timeout: 20_000 })
      .toBe(2);
  });
});
