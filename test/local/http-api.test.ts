import { once } from "node:events";
import { request as httpRequest } from "node:http";
import { createServer } from "node:net";
import { json } from "node:stream/consumers";
import { describe, expect, it, onTestFinished } from "vitest";
import { type Clock, systemClock } from "../../lib/local/clock.ts";
import { answerHttp } from "../../lib/local/http-api.ts";
import { openHttpPort } from "../../lib/local/http-port.ts";
import type { InvocationResult } from "../../lib/local/lambda/result.ts";
import { fakeClock } from "../support/fake-clock.ts";

type Answer = (payload: string, functionName: string) => InvocationResult | Promise<InvocationResult>;

const echo: Answer = (payload) => ({ kind: "succeeded", payload });

const serve = async (answer: Answer, clock: Clock = systemClock): Promise<string> => {
  const port = await openHttpPort(0);
  onTestFinished(() => port.close());
  const integration = { functionName: "api", timeoutMs: 30_000 };
  const routes = ["POST /jobs/{type}", "GET /jobs"].map((routeKey) => ({ apiId: "a1b2c3", routeKey, integration }));
  port.answerWith(
    answerHttp({ routes, clock, invoke: async (functionName, payload) => answer(payload, functionName) }),
  );
  return port.url;
};

describe("an HTTP API", () => {
  it("hands a request over in payload format 2.0", async () => {
    const url = await serve(echo, fakeClock(Date.parse("2026-03-12T19:03:58.390Z")));

    const response = await fetch(`${url}/jobs/a%20b?x=1&x=2&y=%C3%BC`, {
      method: "POST",
      headers: { "Content-Type": "application/json", "X-Tag": "t", Cookie: "a=1; b=2", "User-Agent": "me" },
      body: '{"input":"ü"}',
    });

    const event: { readonly headers?: object } = JSON.parse(await response.text());
    expect(event).toEqual({
      version: "2.0",
      routeKey: "POST /jobs/{type}",
      rawPath: "/jobs/a%20b",
      rawQueryString: "x=1&x=2&y=%C3%BC",
      cookies: ["a=1", "b=2"],
      headers: expect.objectContaining({ "content-type": "application/json", "x-tag": "t", host: url.slice(7) }),
      queryStringParameters: { x: "1,2", y: "ü" },
      pathParameters: { type: "a b" },
      requestContext: {
        accountId: "000000000000",
        apiId: "a1b2c3",
        domainName: url.slice(7),
        domainPrefix: "a1b2c3",
        http: { method: "POST", path: "/jobs/a%20b", protocol: "HTTP/1.1", sourceIp: "127.0.0.1", userAgent: "me" },
        requestId: response.headers.get("apigw-requestid"),
        routeKey: "POST /jobs/{type}",
        stage: "$default",
        time: "12/Mar/2026:19:03:58 +0000",
        timeEpoch: 1_773_342_238_390,
      },
      body: '{"input":"ü"}',
      isBase64Encoded: false,
    });
    expect(event.headers).not.toHaveProperty("cookie");
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

  it("leaves out what a request does not have", async () => {
    const url = await serve(echo);

    const event = await (await fetch(`${url}/jobs`)).json();

    for (const field of ["body", "cookies", "pathParameters", "queryStringParameters"]) {
      expect(event).not.toHaveProperty(field);
    }
    expect(event).toMatchObject({ rawQueryString: "", isBase64Encoded: false });
  });

  it.each([
    { type: "application/octet-stream", isBase64Encoded: true },
    { type: "application/x-www-form-urlencoded", isBase64Encoded: true },
    { type: "text/csv", isBase64Encoded: false },
    { type: "application/problem+json; charset=utf-8", isBase64Encoded: false },
  ])("hands a body of $type over in base64: $isBase64Encoded", async ({ type, isBase64Encoded }) => {
    const url = await serve(echo);

    const response = await fetch(`${url}/jobs/x`, { method: "POST", headers: { "content-type": type }, body: "a=1" });

    const body = isBase64Encoded ? "YT0x" : "a=1";
    expect(await response.json()).toMatchObject({ body, isBase64Encoded });
  });

  it("answers with what the function says", async () => {
    const url = await serve(() => ({
      kind: "succeeded",
      payload: JSON.stringify({ statusCode: 202, headers: { location: "/jobs/1" }, body: "{}", cookies: ["a=1"] }),
    }));

    const response = await fetch(`${url}/jobs`);

    expect(response.status).toBe(202);
    expect(response.headers.get("location")).toBe("/jobs/1");
    expect(response.headers.getSetCookie()).toEqual(["a=1"]);
    expect(await response.text()).toBe("{}");
  });

  it.each<{ what: string; result: InvocationResult; status: number; message: string }>([
    {
      what: "fails",
      result: { kind: "failed", error: { errorType: "Error", errorMessage: "secret", trace: [] } },
      status: 500,
      message: "Internal Server Error",
    },
    { what: "is throttled", result: { kind: "throttled" }, status: 503, message: "Service Unavailable" },
  ])("answers $status when the function $what", async ({ result, status, message }) => {
    const url = await serve(() => result);

    const response = await fetch(`${url}/jobs`);

    expect([response.status, await response.json()]).toEqual([status, { message }]);
  });

  it("answers 404 to what no route fits", async () => {
    const url = await serve(echo);

    const response = await fetch(`${url}/nothing`);

    expect([response.status, await response.json()]).toEqual([404, { message: "Not Found" }]);
  });

  it("answers 503 when the function takes longer than the integration allows", async () => {
    const clock = fakeClock();
    const invoked = Promise.withResolvers<void>();
    const url = await serve(() => {
      invoked.resolve();
      return new Promise(() => {});
    }, clock);
    const answer = fetch(`${url}/jobs`);
    await invoked.promise;

    await clock.pass(30_000);

    const response = await answer;
    expect([response.status, await response.json()]).toEqual([503, { message: "Service Unavailable" }]);
    expect(clock.waiting()).toBe(0);
  });

  it.each([
    { what: "more than 10 MB", bytes: 10_485_761 },
    { what: "more than Lambda takes", bytes: 6_291_456 },
  ])("answers 413 to a body of $what", async ({ bytes }) => {
    const url = await serve(echo);
    const request = httpRequest(`${url}/jobs/x`, { method: "POST", headers: { "content-type": "text/plain" } });
    // The answer may come, and the connection go, before all is sent.
    request.on("error", () => undefined);
    request.end("x".repeat(bytes));

    const [response] = await once(request, "response");
    response.resume();

    expect(response.statusCode).toBe(413);
  });

  it("keeps connections open for the next request", async () => {
    const url = await serve(echo);

    const response = await fetch(`${url}/jobs`);
    await response.arrayBuffer();

    expect(response.headers.get("connection")).toBe("keep-alive");
  });
});

describe("openHttpPort", () => {
  it("rejects a port that is in use, naming it and the option", async () => {
    const other = createServer().listen(0, "127.0.0.1");
    await once(other, "listening");
    onTestFinished(() => {
      other.close();
    });
    const address = other.address();
    const port = typeof address === "object" ? (address?.port ?? 0) : 0;

    await expect(openHttpPort(port)).rejects.toMatchObject({
      code: "PortInUse",
      message: `--port must be free on 127.0.0.1, got ${port} which is in use`,
      hint: "give another --port, 0 for any that is free, or stop what listens there",
    });
  });

  it("answers 503 until it is told how to answer", async () => {
    const port = await openHttpPort(0);
    onTestFinished(() => port.close());

    const response = await fetch(port.url);

    expect(response.status).toBe(503);
  });

  it("lets requests underway end before it is drained", async () => {
    const port = await openHttpPort(0);
    onTestFinished(() => port.close());
    const asked = Promise.withResolvers<() => void>();
    port.answerWith((_, response) => asked.resolve(() => response.end("late")));
    const answer = fetch(port.url).then((response) => response.text());
    const give = await asked.promise;
    let isDrained = false;
    const drained = port.drain().then(() => {
      isDrained = true;
    });

    const early = isDrained;
    give();
    await drained;

    expect(early).toBe(false);
    expect(await answer).toBe("late");
    await expect(fetch(port.url)).rejects.toThrow();
  });
});
