import { describe, expect, it } from "vitest";
import { readHttpResponse } from "../../lib/local/http-response.ts";

const read = (response: unknown): object => {
  const { status, headers, body } = readHttpResponse(JSON.stringify(response));
  return { status, headers, body: body.toString() };
};

describe("readHttpResponse", () => {
  it("takes status, headers and body from an answer with a status code", () => {
    expect(read({ statusCode: 201, headers: { "Content-Type": "text/html", "X-N": 7 }, body: "<p>" })).toEqual({
      status: 201,
      headers: { "content-type": "text/html", "x-n": "7" },
      body: "<p>",
    });
  });

  it.each([
    { what: "an object", response: { ok: true }, body: '{"ok":true}' },
    { what: "a text", response: "plain", body: "plain" },
    { what: "nothing", response: null, body: "null" },
  ])("takes $what as the body of a 200", ({ response, body }) => {
    expect(read(response)).toEqual({ status: 200, headers: { "content-type": "application/json" }, body });
  });

  it("decodes a body in base64, and sets cookies", () => {
    const answer = read({
      statusCode: "200",
      isBase64Encoded: true,
      body: Buffer.from("bytes").toString("base64"),
      cookies: ["a=1", "b=2"],
    });

    expect(answer).toEqual({
      status: 200,
      headers: { "content-type": "text/plain; charset=utf-8", "set-cookie": ["a=1", "b=2"] },
      body: "bytes",
    });
  });

  it("leaves the headers of the connection alone", () => {
    const answer = read({
      statusCode: 204,
      headers: { "Transfer-Encoding": "chunked", "Content-Length": "7", a: "b" },
    });

    expect(answer).toMatchObject({ headers: { "content-type": "text/plain; charset=utf-8", a: "b" } });
    expect(answer).not.toHaveProperty("headers.content-length");
    expect(answer).not.toHaveProperty("headers.transfer-encoding");
  });

  it.each([
    { statusCode: "fine" },
    { statusCode: 200, body: { a: 1 } },
    { statusCode: 199 },
    { statusCode: 200, headers: { "not a name": "x" } },
    { statusCode: 200, headers: { a: "line\nbreak" } },
    { statusCode: 200, cookies: ["line\nbreak"] },
  ])("answers %j with an internal error", (response) => {
    expect(read(response)).toMatchObject({ status: 500, body: '{"message":"Internal Server Error"}' });
  });
});
