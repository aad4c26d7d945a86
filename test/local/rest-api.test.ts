import { once } from "node:events";
import { request as httpRequest } from "node:http";
import { json } from "node:stream/consumers";
import { describe, expect, it, onTestFinished } from "vitest";
import type { RequestMeasure } from "../../lib/local/api-metrics.ts";
import { type Clock, systemClock } from "../../lib/local/clock.ts";
import { openHttpPort } from "../../lib/local/http-port.ts";
import type { InvocationResult } from "../../lib/local/lambda/result.ts";
import { answerRest } from "../../lib/local/rest-api.ts";
import type { GatewayAnswerSettings, RestApiSettings, RestMethodSettings } from "../../lib/local/rest-world.ts";
import { fakeClock } from "../support/fake-clock.ts";

type Answer = (payload: string) => InvocationResult | Promise<InvocationResult>;

/** Answers with the event itself, as a function could. */
const echo: Answer = (payload) => ({ kind: "succeeded", payload: JSON.stringify({ statusCode: 200, body: payload }) });

const method = (route: string, more: Partial<RestMethodSettings> = {}): RestMethodSettings => {
  const [httpMethod = "", path = ""] = route.split(" ");
  const integration = { functionName: "api", timeoutMs: 29_000 };
  return { resourceId: `r${path}`, path, httpMethod, needsKey: false, needsObject: false, integration, ...more };
};

const METHODS = [
  method("POST /jobs/{name}", { needsObject: true }),
  method("GET /jobs/{name}"),
  method("GET /jobs"),
  method("GET /jobs/new"),
  method("ANY /{proxy+}"),
  method("ANY /"),
  method("GET /locked", { needsKey: true }),
];

const WRONG_HEADER = JSON.stringify({ statusCode: 200, headers: { a: "line\nbreak" }, body: "" });

const serve = async (
  answer: Answer,
  more: {
    readonly clock?: Clock;
    readonly answers?: Readonly<Record<string, GatewayAnswerSettings>>;
    readonly onAnswer?: (request: RequestMeasure) => void;
    readonly stageName?: string | undefined;
  } = {},
): Promise<string> => {
  const port = await openHttpPort(0);
  onTestFinished(() => port.close());
  const api: RestApiSettings = {
    id: "a1b2c3",
    name: "api",
    paths: new Map(),
    methods: METHODS,
    answers: new Map(Object.entries(more.answers ?? {})),
    bodyValidators: new Set(),
    stageName: "stageName" in more ? more.stageName : "live",
  };
  port.answerWith(
    answerRest({
      api,
      keys: new Set(["secret"]),
      clock: more.clock ?? systemClock,
      invoke: async (_functionName, payload) => answer(payload),
      onAnswer: more.onAnswer,
    }),
  );
  return port.url;
};

describe("a REST API", () => {
  it("hands a request over in payload format 1.0", async () => {
    const url = await serve(echo, { clock: fakeClock(Date.parse("2026-03-12T19:03:58.390Z")) });

    const response = await fetch(`${url}/live/jobs/a%20b?x=1&x=2&y=%C3%BC`, {
      method: "POST",
      headers: { "Content-Type": "application/json", "X-Tag": "t", "User-Agent": "me" },
      body: '{"input":"ü"}',
    });

    const event = (await response.json()) as { headers: object; multiValueHeaders: object };
    expect(event).toEqual({
      resource: "/jobs/{name}",
      path: "/jobs/a%20b",
      httpMethod: "POST",
      headers: expect.objectContaining({ "Content-Type": "application/json", "X-Tag": "t" }),
      multiValueHeaders: expect.objectContaining({ "X-Tag": ["t"] }),
      queryStringParameters: { x: "2", y: "ü" },
      multiValueQueryStringParameters: { x: ["1", "2"], y: ["ü"] },
      pathParameters: { name: "a b" },
      stageVariables: null,
      requestContext: {
        resourceId: "r/jobs/{name}",
        resourcePath: "/jobs/{name}",
        httpMethod: "POST",
        requestTime: "12/Mar/2026:19:03:58 +0000",
        path: "/live/jobs/a%20b",
        accountId: "000000000000",
        protocol: "HTTP/1.1",
        stage: "live",
        domainPrefix: "a1b2c3",
        requestTimeEpoch: 1_773_342_238_390,
        requestId: response.headers.get("x-amzn-requestid"),
        identity: { sourceIp: "127.0.0.1", userAgent: "me", apiKey: null },
        domainName: url.slice(7),
        apiId: "a1b2c3",
      },
      body: '{"input":"ü"}',
      isBase64Encoded: false,
    });
  });

  it("hands over headers that objects have by themselves", async () => {
    const url = await serve(echo);
    const headers = ["Host", "localhost", "constructor", "a", "__proto__", "b"];

    const [response] = await once(httpRequest(`${url}/jobs`, { headers }).end(), "response");

    const event = (await json(response)) as { readonly headers: object };
    const own = Object.entries(event.headers).filter(([, value]) => value.length === 1);
    expect(own).toEqual([
      ["constructor", "a"],
      ["__proto__", "b"],
    ]);
  });

  it("names headers as the client did, all their values among them", async () => {
    const url = await serve(echo);
    const request = httpRequest(`${url}/jobs`, { headers: { "X-MiXed": ["1", "2"] } }).end();
    const [response] = await once(request, "response");
    let text = "";
    for await (const chunk of response) text += chunk;

    expect(JSON.parse(text)).toMatchObject({
      headers: { "X-MiXed": "2" },
      multiValueHeaders: { "X-MiXed": ["1", "2"] },
      queryStringParameters: null,
      multiValueQueryStringParameters: null,
      pathParameters: null,
      body: null,
    });
  });

  it.each([
    ["GET", "/jobs", "/jobs"],
    ["GET", "/live/jobs", "/jobs"],
    ["GET", "/jobs/new", "/jobs/new"],
    ["GET", "/jobs/7", "/jobs/{name}"],
    ["GET", "/jobs/7/more", "/{proxy+}"],
    ["DELETE", "/else", "/{proxy+}"],
    ["PUT", "/", "/"],
    ["PUT", "/live", "/"],
    ["GET", "/lively/x", "/{proxy+}"],
  ])("takes %s %s to %s", async (verb, path, resource) => {
    const url = await serve(echo);

    const response = await fetch(`${url}${path}`, { method: verb });

    expect(await response.json()).toMatchObject({ resource, httpMethod: verb });
  });

  it("looks for a method at the resource that says most, and nowhere else", async () => {
    const url = await serve(echo);

    const response = await fetch(`${url}/jobs/new`, { method: "POST", body: "{}" });

    expect([response.status, await response.json()]).toEqual([403, { message: "Missing Authentication Token" }]);
  });

  it("serves nothing before it has a stage", async () => {
    const url = await serve(echo, { stageName: undefined });

    expect((await fetch(`${url}/jobs`)).status).toBe(403);
  });

  it.each([
    [{}, 403],
    [{ "x-api-key": "guess" }, 403],
    [{ "X-API-Key": "secret" }, 200],
  ])("answers %j at a locked method with %i", async (headers, status) => {
    const url = await serve(echo);

    const response = await fetch(`${url}/locked`, { headers });
    const body = await response.json();

    expect(response.status).toBe(status);
    if (status === 403) expect(body).toEqual({ message: "Forbidden" });
  });

  it.each(["", "{", "[]", "7", '"text"'])("refuses the body %j where an object is needed", async (body) => {
    const url = await serve(echo);

    const response = await fetch(`${url}/jobs/x`, { method: "POST", body });

    expect([response.status, await response.json()]).toEqual([400, { message: "Invalid request body" }]);
  });

  it("answers with what the function says", async () => {
    const url = await serve(() => ({
      kind: "succeeded",
      payload: JSON.stringify({
        statusCode: 202,
        headers: { Location: "/jobs/1", "Content-Length": "99" },
        multiValueHeaders: { "Set-Cookie": ["a=1", "b=2"] },
        body: "{}",
      }),
    }));

    const response = await fetch(`${url}/jobs`);

    expect([response.status, response.headers.get("location")]).toEqual([202, "/jobs/1"]);
    expect(response.headers.get("content-type")).toBe("application/json");
    expect(response.headers.getSetCookie()).toEqual(["a=1", "b=2"]);
    expect(await response.text()).toBe("{}");
  });

  it.each<{ what: string; result: InvocationResult; status: number }>([
    { what: "fails", result: { kind: "failed", error: { errorType: "E", errorMessage: "e", trace: [] } }, status: 502 },
    { what: "answers what is none", result: { kind: "succeeded", payload: '{"ok":true}' }, status: 502 },
    { what: "answers no object", result: { kind: "succeeded", payload: '"text"' }, status: 502 },
    { what: "sends a wrong header", result: { kind: "succeeded", payload: WRONG_HEADER }, status: 502 },
    { what: "is throttled", result: { kind: "throttled" }, status: 500 },
  ])("answers $status when the function $what", async ({ result, status }) => {
    const url = await serve(() => result);

    const response = await fetch(`${url}/jobs`);

    expect([response.status, await response.json()]).toEqual([status, { message: "Internal server error" }]);
  });

  it("answers 504 when the function takes longer than the integration allows", async () => {
    const clock = fakeClock();
    const invoked = Promise.withResolvers<void>();
    const url = await serve(
      () => {
        invoked.resolve();
        return new Promise(() => {});
      },
      { clock },
    );
    const answer = fetch(`${url}/jobs`);
    await invoked.promise;

    await clock.pass(29_000);

    expect([(await answer).status, await (await answer).json()]).toEqual([
      504,
      { message: "Endpoint request timed out" },
    ]);
  });

  it.each([10_485_761, 6_291_456])("answers 413 to a body of %i bytes", async (bytes) => {
    const url = await serve(echo);
    const request = httpRequest(`${url}/else`, { method: "POST" });
    // The answer may come, and the connection go, before all is sent.
    request.on("error", () => undefined);
    request.end("x".repeat(bytes));

    const [response] = await once(request, "response");
    response.resume();

    expect(response.statusCode).toBe(413);
  });

  it("says what it refuses as its template does: by its own answer, or else by that of its kind", async () => {
    const answers = {
      BAD_REQUEST_BODY: { status: 422, headers: { "retry-after": "1" }, template: '{"id":"$context.requestId"}' },
      DEFAULT_4XX: {
        status: undefined,
        headers: { "content-type": "application/problem+json" },
        template: '{"title":$context.error.messageString,"reason":"$context.error.responseType"}',
      },
      DEFAULT_5XX: { status: 500, headers: {}, template: undefined },
    };
    const url = await serve(() => ({ kind: "succeeded", payload: "null" }), { answers });

    const [own, locked, failed] = await Promise.all([
      fetch(`${url}/jobs/x`, { method: "POST" }),
      fetch(`${url}/locked`),
      fetch(`${url}/jobs`),
    ]);

    expect([own.status, own.headers.get("retry-after")]).toEqual([422, "1"]);
    expect(await own.json()).toEqual({ id: own.headers.get("x-amzn-requestid") });
    expect([locked.status, locked.headers.get("content-type")]).toEqual([403, "application/problem+json"]);
    expect(await locked.json()).toEqual({ title: "Forbidden", reason: "INVALID_API_KEY" });
    expect([failed.status, await failed.json()]).toEqual([500, { message: "Internal server error" }]);
  });

  it("counts what it refuses by itself too, without a function's time", async () => {
    const measured: RequestMeasure[] = [];
    const url = await serve(echo, { onAnswer: (request) => measured.push(request) });

    await fetch(`${url}/locked`);
    await fetch(`${url}/jobs`);

    expect(measured).toEqual([
      { status: 403, latencyMs: expect.any(Number), integrationMs: undefined },
      { status: 200, latencyMs: expect.any(Number), integrationMs: expect.any(Number) },
    ]);
  });
});
