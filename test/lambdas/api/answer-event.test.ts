import type { APIGatewayProxyEvent, APIGatewayProxyEventV2 } from "aws-lambda";
import { describe, expect, it } from "vitest";
import { type ApiEvent, answerEvent } from "../../../lambdas/api/answer-event.ts";
import type { ApiRequest, ApiResponse } from "../../../lambdas/api/http.ts";

/** What a REST API hands over; its context has much more, which nobody reads. */
const restEvent = (event: Partial<APIGatewayProxyEvent>, contextPath = "/live/jobs"): ApiEvent =>
  ({
    resource: "/jobs",
    path: "/jobs",
    httpMethod: "GET",
    headers: {},
    multiValueHeaders: {},
    queryStringParameters: null,
    multiValueQueryStringParameters: null,
    pathParameters: null,
    stageVariables: null,
    requestContext: { path: contextPath, stage: "live" },
    body: null,
    isBase64Encoded: false,
    ...event,
  }) as APIGatewayProxyEvent;

const httpEvent = (event: Partial<APIGatewayProxyEventV2>): ApiEvent =>
  ({
    version: "2.0",
    rawPath: "/jobs",
    headers: {},
    requestContext: { http: { method: "GET", path: "/jobs" } },
    isBase64Encoded: false,
    ...event,
  }) as APIGatewayProxyEventV2;

const NOTHING: ApiResponse = { status: 200, body: {} };

const requestOf = async (event: ApiEvent): Promise<ApiRequest> => {
  const { promise, resolve } = Promise.withResolvers<ApiRequest>();
  await answerEvent(event, async (request) => {
    resolve(request);
    return NOTHING;
  });
  return promise;
};

const pathOf = async (event: Partial<APIGatewayProxyEvent>): Promise<string> =>
  (await requestOf(restEvent(event))).path;

describe("an event of a REST API", () => {
  it("is a request with nothing where it has nothing", async () => {
    expect(await requestOf(restEvent({}))).toEqual({ method: "GET", path: "/jobs", headers: {}, query: {}, body: "" });
  });

  it("has headers by their names in lower case, several values of one in one text", async () => {
    const { headers } = await requestOf(
      restEvent({
        headers: { "Idempotency-Key": "b", Host: "h" },
        multiValueHeaders: { "Idempotency-Key": ["a", "b"], Host: ["h"] },
      }),
    );

    expect(headers).toEqual({ "idempotency-key": "a,b", host: "h" });
  });

  it("has parameters as the API decoded them, several values of one in one text", async () => {
    const { query } = await requestOf(
      restEvent({
        queryStringParameters: { type: "b", cursor: "2026#%23" },
        multiValueQueryStringParameters: { type: ["a", "b"], cursor: ["2026#%23"] },
      }),
    );

    expect(query).toEqual({ type: "a,b", cursor: "2026#%23" });
  });

  it("may have each header and parameter once, as some emulators hand them over", async () => {
    const { headers, query } = await requestOf(
      restEvent({
        headers: { "X-A": "1" },
        multiValueHeaders: undefined,
        queryStringParameters: { limit: "5" },
        multiValueQueryStringParameters: null,
      }),
    );

    expect([headers, query]).toEqual([{ "x-a": "1" }, { limit: "5" }]);
  });

  it.each([
    { body: '{"input":"ü"}', isBase64Encoded: false },
    { body: Buffer.from('{"input":"ü"}').toString("base64"), isBase64Encoded: true },
  ])("has the same body in base64: $isBase64Encoded", async (event) => {
    expect(await requestOf(restEvent(event))).toMatchObject({ body: '{"input":"ü"}' });
  });

  it.each([
    {
      what: "a part that is encoded",
      resource: "/jobs/{typeOrId}",
      path: "/jobs/profile%2Dcsv",
      is: "/jobs/profile-csv",
    },
    { what: "a slash that is encoded", resource: "/jobs/{typeOrId}", path: "/jobs/a%2Fcancel", is: "/jobs/a%2Fcancel" },
    { what: "what is encoded twice", resource: "/jobs/{typeOrId}", path: "/jobs/a%252Db", is: "/jobs/a%2Db" },
    { what: "what is no encoding", resource: "/jobs/{typeOrId}", path: "/jobs/100%", is: "/jobs/100%" },
    { what: "letters beyond ASCII", resource: "/jobs/{typeOrId}", path: "/jobs/%C3%BC", is: "/jobs/ü" },
    {
      what: "a base path before it",
      resource: "/jobs/{typeOrId}/cancel",
      path: "/v1/jobs/a/cancel",
      is: "/jobs/a/cancel",
    },
    { what: "a slash at its end", resource: "/jobs", path: "/jobs/", is: "/jobs" },
    { what: "nothing", resource: "/", path: "/", is: "/" },
    { what: "only a base path", resource: "/", path: "/v1", is: "/" },
  ])("has a path with $what", async ({ resource, path, is }) => {
    expect(await pathOf({ resource, path })).toBe(is);
  });

  it.each([
    { path: "/a/b%20c", proxy: "a/b%20c", is: "/a/b c" },
    { path: "/v1/a/b", proxy: "a/b", is: "/a/b" },
  ])("has the whole of a path that no resource knows: $path", async ({ path, proxy, is }) => {
    expect(await pathOf({ resource: "/{proxy+}", path, pathParameters: { proxy } })).toBe(is);
  });

  it("is answered with headers, and says that the body is no base64", async () => {
    const answer = await answerEvent(restEvent({}), async () => ({
      status: 409,
      headers: { "content-type": "application/problem+json", "retry-after": "1" },
      body: { title: "ü" },
    }));

    expect(answer).toEqual({
      statusCode: 409,
      headers: { "content-type": "application/problem+json", "retry-after": "1" },
      body: '{"title":"ü"}',
      isBase64Encoded: false,
    });
  });

  it.each([
    { at: "the address that AWS gives", contextPath: "/live/jobs/work", location: "/live/jobs/work_1" },
    { at: "a domain of one's own", contextPath: "/jobs/work", location: "/jobs/work_1" },
    { at: "a base path of a domain", contextPath: "/v1/jobs/work", location: "/v1/jobs/work_1" },
  ])("leads to what it made, at $at", async ({ contextPath, location }) => {
    const event = restEvent({ resource: "/jobs/{typeOrId}", path: "/jobs/work", httpMethod: "POST" }, contextPath);

    const answer = await answerEvent(event, async () => ({
      status: 202,
      headers: { location: "/jobs/work_1" },
      body: {},
    }));

    expect(answer.headers).toEqual({ "content-type": "application/json", location });
  });
});

describe("an event of an HTTP API", () => {
  it("is a request as well, and is answered in its own format", async () => {
    const event = httpEvent({
      rawPath: "/jobs/work",
      headers: { "idempotency-key": "a" },
      queryStringParameters: { limit: "5" },
      body: "e30=",
      isBase64Encoded: true,
    });

    expect(await requestOf(event)).toEqual({
      method: "GET",
      path: "/jobs/work",
      headers: { "idempotency-key": "a" },
      query: { limit: "5" },
      body: "{}",
    });
    expect(await answerEvent(event, async () => ({ status: 202, headers: { location: "/jobs/1" }, body: {} }))).toEqual(
      {
        statusCode: 202,
        headers: { "content-type": "application/json", location: "/jobs/1" },
        body: "{}",
      },
    );
  });
});
