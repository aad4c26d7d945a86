import { createHash, createHmac } from "node:crypto";
import { createServer, type IncomingMessage } from "node:http";
import type { AddressInfo } from "node:net";
import { text } from "node:stream/consumers";
import { describe, expect, it, onTestFinished } from "vitest";
import { signedHeaders, signedSend } from "./signed-send.ts";

type Signed = {
  readonly method: string;
  /** Path and query, as they are on the wire. */
  readonly target: string;
  /** Names in lower case. */
  readonly headers: Readonly<Record<string, string>>;
  readonly body: string;
};

const sha256 = (value: string): string => createHash("sha256").update(value).digest("hex");
const hmac = (key: string | Buffer, value: string): Buffer => createHmac("sha256", key).update(value).digest();

/** The signature of a request, step by step as AWS's page on signed requests tells; made without the library that is tested. */
const signatureOf = (
  { method, target, headers, body }: Signed,
  signedNames: readonly string[],
  { secret, scope, at }: { readonly secret: string; readonly scope: string; readonly at: string },
): string => {
  const [path = "", query = ""] = target.split("?");
  const canonicalQuery = query.split("&").sort().join("&");
  const canonicalHeaders = signedNames
    .map((name) => `${name}:${headers[name]?.trim().replaceAll(/ +/g, " ")}\n`)
    .join("");
  const request = [method, path, canonicalQuery, canonicalHeaders, signedNames.join(";"), sha256(body)].join("\n");
  const toSign = ["AWS4-HMAC-SHA256", at, scope, sha256(request)].join("\n");
  const key = scope.split("/").reduce<string | Buffer>((before, part) => hmac(before, part), `AWS4${secret}`);
  return hmac(key, toSign).toString("hex");
};

const CREDENTIALS = { accessKeyId: "AKIDEXAMPLE", secretAccessKey: "wJalrXUtnFEMI/K7MDENG+bPxRfiCYEXAMPLEKEY" };
const AT = new Date("2015-08-30T12:36:00Z");

/** What a header `authorization` says. */
const partsOf = (authorization = "") => {
  const [, key, scope = "", names = "", signature] =
    /^AWS4-HMAC-SHA256 Credential=([^/]+)\/(\S+), SignedHeaders=(\S+), Signature=(\w+)$/.exec(authorization) ?? [];
  return { key, scope, names: names.split(";"), signature };
};

describe("the signature that requests are compared with", () => {
  it("is the one that AWS documents for its example", () => {
    const signature = signatureOf(
      {
        method: "GET",
        target: "/?Action=ListUsers&Version=2010-05-08",
        headers: {
          "content-type": "application/x-www-form-urlencoded; charset=utf-8",
          host: "iam.amazonaws.com",
          "x-amz-date": "20150830T123600Z",
        },
        body: "",
      },
      ["content-type", "host", "x-amz-date"],
      { secret: CREDENTIALS.secretAccessKey, scope: "20150830/us-east-1/iam/aws4_request", at: "20150830T123600Z" },
    );

    expect(signature).toBe("5d672d79c15b13162d9279b0855cfba6789a8edb4c82c400e06b5924a6f2b5d7");
  });
});

describe("a signed request", () => {
  it("is signed for API Gateway, by its region, with its token", async () => {
    const credentials = { ...CREDENTIALS, sessionToken: "a-token" };
    const url = new URL("https://abc.execute-api.eu-central-1.amazonaws.com/jobs?status=dead&limit=2");

    const headers = await signedHeaders(url, { method: "GET" }, { credentials, region: "eu-central-1" }, AT);

    const { key, scope, names } = partsOf(headers.authorization);
    expect([key, scope]).toEqual(["AKIDEXAMPLE", "20150830/eu-central-1/execute-api/aws4_request"]);
    expect(names).toEqual(expect.arrayContaining(["host", "x-amz-date", "x-amz-security-token"]));
    expect(headers["x-amz-security-token"]).toBe("a-token");
  });

  it.each([
    ["POST", "/dev/jobs/profile-csv/batch", '{"jobs":[{"input":{"text":"ä,b\\n"}}]}'],
    ["GET", "/jobs?status=dead&cursor=2026-11-22T20%3A48%3A49.529Z%23profile-csv_r0%20x", undefined],
    ["POST", "/jobs/profile-csv_r01m82g979vnbn6ap7yajt0kfcgns64f/cancel", undefined],
  ])("%s %s arrives as it was signed", async (method, path, body) => {
    const { url, seen } = await recordingServer();
    const send = signedSend(url, { credentials: CREDENTIALS, region: "us-east-1" });
    const headers = { "content-type": "application/json", "idempotency-key": "one  two" };

    await send({ method, path, headers, body, signal: AbortSignal.timeout(5_000) });

    const [request] = seen;
    const { scope, names, signature } = partsOf(request?.headers.authorization);
    expect(names).toEqual(expect.arrayContaining(["content-type", "host", "idempotency-key", "x-amz-date"]));
    expect(request).toMatchObject({ method, target: path, body: body ?? "" });
    const at = request?.headers["x-amz-date"] ?? "";
    const secret = CREDENTIALS.secretAccessKey;
    expect(request && signatureOf(request, names, { secret, scope, at })).toBe(signature);
  });
});

/** A server that keeps what arrives. */
const recordingServer = async (): Promise<{ readonly url: string; readonly seen: readonly Signed[] }> => {
  const seen: Signed[] = [];
  const server = createServer(async (request, response) => {
    const body = await text(request);
    seen.push({ method: request.method ?? "", target: request.url ?? "", headers: headersOf(request), body });
    response.end("{}");
  });
  const { promise: listening, resolve } = Promise.withResolvers<void>();
  server.listen(0, "127.0.0.1", resolve);
  await listening;
  onTestFinished(() => {
    server.closeAllConnections();
    server.close();
  });
  return { url: `http://127.0.0.1:${(server.address() as AddressInfo).port}`, seen };
};

const headersOf = ({ headers }: IncomingMessage): Record<string, string> =>
  Object.fromEntries(Object.entries(headers).map(([name, value]) => [name, String(value)]));
