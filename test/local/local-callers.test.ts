import { once } from "node:events";
import { request as httpRequest, type IncomingMessage } from "node:http";
import { json, text } from "node:stream/consumers";
import fc from "fast-check";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { type HttpPort, openHttpPort } from "../../lib/local/http-port.ts";
import { onlyLocalCallers } from "../../lib/local/local-callers.ts";
import { type Store, startStore } from "../../lib/local/wire/store.ts";
import { serve } from "../support/local-server.ts";

type Headers = Readonly<Record<string, string>>;

let http: HttpPort;
let store: Store;

beforeAll(async () => {
  http = await openHttpPort(0);
  http.answerWith((_, response) => response.end());
  store = await startStore(0, (error) => {
    throw error;
  });
});

afterAll(() => Promise.all([http.close(), store.stop()]));

/** `fetch` would write some of these headers itself. */
const post = async (url: string, headers: Headers): Promise<IncomingMessage> => {
  const [response] = await once(httpRequest(url, { method: "POST", headers }).end("{}"), "response");
  return response;
};

const FOREIGN: readonly { readonly what: string; readonly headers: Headers; readonly detail: string }[] = [
  { what: "whose Host is evil.example", headers: { host: "evil.example" }, detail: "Host must be" },
  { what: "of a name that only looks local", headers: { host: "localhost.evil.example" }, detail: "Host must be" },
  { what: "of another address", headers: { host: "192.168.0.1" }, detail: "Host must be" },
  { what: "with a foreign Origin", headers: { origin: "https://evil.example" }, detail: "Origin must be" },
  { what: "of a page without an origin", headers: { origin: "null" }, detail: "Origin must be" },
];

describe("both ports of a run", () => {
  it.each(FOREIGN)("reject a request $what", async ({ headers, detail }) => {
    const api = await post(http.url, headers);
    const aws = await post(store.url, { "x-amz-target": "AmazonSQS.ListQueues", ...headers });

    expect([api.statusCode, aws.statusCode]).toEqual([403, 403]);
    expect(api.headers["content-type"]).toBe("application/problem+json");
    expect(await json(api)).toEqual({
      type: "about:blank",
      title: "Forbidden",
      status: 403,
      detail: expect.stringContaining(detail),
      hint: expect.stringMatching(/^call /),
    });
    expect(await json(aws)).toEqual({ __type: "AccessDeniedException", message: expect.stringContaining(detail) });
  });

  it("reject it in S3's own form where it is S3's", async () => {
    const authorization = "AWS4-HMAC-SHA256 Credential=a/20260101/us-east-1/s3/aws4_request, Signature=b";

    const response = await post(store.url, { host: "evil.example", authorization });

    expect(await text(response)).toContain("<Error><Code>AccessDeniedException</Code>");
  });

  it.each<Headers>([
    { host: "localhost" },
    { host: "LOCALHOST:3000" },
    { host: "[::1]:3000" },
    { host: "payloads.localhost" },
    { origin: "http://localhost:5173" },
    { origin: "https://127.0.0.1" },
  ])("take one with %o", async (headers) => {
    const api = await post(http.url, headers);
    const aws = await post(store.url, {
      "content-type": "application/x-amz-json-1.0",
      "x-amz-target": "AmazonSQS.ListQueues",
      ...headers,
    });

    for (const response of [api, aws]) response.resume();
    expect([api.statusCode, aws.statusCode]).toEqual([200, 200]);
  });
});

it("rejects every host that is no name of this machine", async () => {
  const { url } = await serve(
    onlyLocalCallers(
      (_, response) => response.end(),
      (response) => response.writeHead(403).end(),
    ),
  );

  await fc.assert(
    fc.asyncProperty(fc.domain(), fc.constantFrom("", ":80", ":3000"), async (domain, port) => {
      const asHost = await post(url, { host: `${domain}${port}` });
      const asOrigin = await post(url, { origin: `https://${domain}${port}` });
      for (const response of [asHost, asOrigin]) response.resume();

      expect([asHost.statusCode, asOrigin.statusCode]).toEqual([403, 403]);
    }),
  );
});
