import { CloudWatchClient, ListMetricsCommand } from "@aws-sdk/client-cloudwatch";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { clientOptions } from "../support/client-options.ts";
import { TEST_JOBS, type TestRun, testRun } from "../support/embedded-run.ts";
import { until } from "../support/until.ts";

let test: TestRun;
let key: string;

beforeAll(async () => {
  test = await testRun(
    { front: "rest", auth: "apiKey", jobTypes: { misbehave: { timeoutSeconds: 2, maxConcurrency: 5 } } },
    { jobsFolder: TEST_JOBS },
  );
  const [, value = ""] = Object.entries(test.run.outputs).find(([name]) => name.endsWith(".ApiKeyId")) ?? [];
  key = value;
  expect(test.run.apiKeys).toEqual([key]);
});
afterAll(() => test.stop());

const ask = async (
  method: string,
  path: string,
  body?: unknown,
  headers: Readonly<Record<string, string>> = { "X-Api-Key": key },
): Promise<{ readonly status: number; readonly headers: Headers; readonly body: Record<string, unknown> }> => {
  const response = await fetch(`${test.run.apiUrl}${path}`, {
    method,
    headers,
    ...(body === undefined ? {} : { body: typeof body === "string" ? body : JSON.stringify(body) }),
  });
  return {
    status: response.status,
    headers: response.headers,
    body: (await response.json()) as Record<string, unknown>,
  };
};

const submitted = { input: { how: "succeed" } };

const finished = async (location: string): Promise<Record<string, unknown>> => {
  for (;;) {
    const { body } = await ask("GET", location);
    if (body.status === "succeeded" || body.status === "dead") return body;
    await new Promise((resolve) => setTimeout(resolve, 50));
  }
};

describe("a stage behind a REST API", () => {
  it.each(["", "/live"])("takes a job below %j, and says there where to read it", async (prefix) => {
    const { status, headers, body } = await ask("POST", `${prefix}/jobs/misbehave`, submitted);

    expect([status, body.status]).toEqual([202, "queued"]);
    expect(headers.get("location")).toBe(`${prefix}/jobs/${body.id}`);
    expect(await finished(headers.get("location") ?? "")).toMatchObject({ id: body.id, status: "succeeded" });
  });

  it("takes a batch, and rejects each job that is wrong", async () => {
    const jobs = [submitted, { input: { how: 5 } }];

    const { status, body } = await ask("POST", "/jobs/misbehave/batch", { jobs });

    expect(status).toBe(202);
    expect(body).toMatchObject({ accepted: [{ index: 0 }], rejected: [{ index: 1, error: { status: 422 } }] });
  });

  it("reads parameters and headers, however they are written", async () => {
    const [wrong, first, again] = await Promise.all([
      ask("GET", "/jobs?status=alive%21"),
      ask("POST", "/jobs/misbehave", submitted, { "X-Api-Key": key, "IDEMPOTENCY-Key": "one" }),
      ask("POST", "/jobs/mis%62ehave", submitted, { "X-Api-Key": key, "idempotency-key": "one" }),
    ]);

    expect(wrong.body).toMatchObject({ status: 400, detail: expect.stringContaining("alive!") });
    expect(first.status).toBe(202);
    expect(again.body).toEqual(first.body);
  });

  it.each([
    ["GET", "/jobs/nobody-knows", 404, "no-such-job"],
    ["POST", "/jobs/unknown", 404, "unknown-job-type"],
    ["GET", "/elsewhere/at/all", 404, "no-such-route"],
    ["GET", "/", 404, "no-such-route"],
    ["GET", "/queues/misbehave", 404, "no-such-route"],
    ["DELETE", "/jobs", 405, "method-not-allowed"],
  ])("answers %s %s with %i, as behind an HTTP API", async (method, path, status, code) => {
    const answer = await ask(method, path, method === "POST" ? submitted : undefined);

    expect([answer.status, answer.headers.get("content-type")]).toEqual([status, "application/problem+json"]);
    expect(answer.body).toMatchObject({ status, type: `urn:sluice:problem:${code}` });
  });

  it.each([
    ["none", "/jobs/misbehave", undefined],
    ["no JSON", "/jobs/misbehave", "{"],
    ["no JSON", "/jobs/misbehave/batch", "jobs"],
    ["no object", "/queues/misbehave/limit", "[]"],
  ])("rejects a body that is %s before the function is asked: %s", async (_, path, body) => {
    const answer = await ask("POST", path, body);

    expect([answer.status, answer.headers.get("content-type")]).toEqual([400, "application/problem+json"]);
    // The function would say where the JSON goes wrong.
    expect(answer.body).toMatchObject({
      type: "urn:sluice:problem:not-json",
      detail: "the body must be a JSON object",
    });
  });

  it("asks no body of a route that needs none", async () => {
    const { body } = await ask("POST", "/jobs/misbehave", { ...submitted, delaySeconds: 900 });

    expect((await ask("POST", `/jobs/${body.id}/cancel`)).status).toBe(202);
    expect((await ask("POST", "/queues/misbehave/redrive")).status).toBe(202);
  });

  it.each([
    ["no key", {}],
    ["another key", { "x-api-key": "guessed" }],
  ])("rejects a request with %s, on every path", async (_, headers) => {
    const paths = ["/jobs/misbehave", "/live/queues", "/", "/openapi.json", "/elsewhere"];

    const answers = await Promise.all(paths.map((path) => ask("GET", path, undefined, headers)));

    for (const { status, headers: answered, body } of answers) {
      expect([status, answered.get("content-type")]).toEqual([403, "application/problem+json"]);
      expect(body).toEqual({ type: "about:blank", title: "Forbidden", reason: "INVALID_API_KEY" });
    }
  });

  it("has its requests counted where a REST API's are", async () => {
    const cloudWatch = new CloudWatchClient(clientOptions(test.run.awsUrl));
    const seen = async (): Promise<readonly (string | undefined)[]> => {
      const { Metrics = [] } = await cloudWatch.send(new ListMetricsCommand({ Namespace: "AWS/ApiGateway" }));
      const ofStage = Metrics.filter(({ Dimensions = [] }) => Dimensions.length === 2);
      return ofStage.map(({ MetricName, Dimensions = [] }) =>
        [MetricName, ...Dimensions.map(({ Name, Value }) => `${Name}=${Value}`)].join(" "),
      );
    };
    await ask("GET", "/queues");
    await until(async () => (await seen()).length > 0);
    const metrics = await seen();
    cloudWatch.destroy();

    expect(metrics).toContain("5XXError ApiName=Sluice-test-Pipeline Stage=live");
    expect(metrics).toContain("Latency ApiName=Sluice-test-Pipeline Stage=live");
  });

  it("says what is otherwise than on AWS", () => {
    const whys = test.run.differences.filter(({ type }) => type.startsWith("AWS::ApiGateway::")).map(({ why }) => why);

    expect(whys).toEqual(
      expect.arrayContaining([
        "a key that the template gives no value has its id for one",
        "requests by key are neither throttled nor counted here",
        "there is no access log",
      ]),
    );
  });
});
