import { describe, expect, it } from "vitest";
import { parseEndpoint } from "../../../lib/cli/emulator/endpoint.ts";

describe("an emulator's endpoint", () => {
  it.each([
    ["http://127.0.0.1:4566", { url: "http://127.0.0.1:4566", port: 4566, isLoopback: true }],
    ["http://localhost:4566/", { url: "http://localhost:4566", port: 4566, isLoopback: true }],
    ["http://[::1]:4567", { url: "http://[::1]:4567", port: 4567, isLoopback: true }],
    ["http://emulator.test", { url: "http://emulator.test", port: 80, isLoopback: false }],
    ["https://emulator.test", { url: "https://emulator.test", port: 443, isLoopback: false }],
  ])("reads %s", (text, endpoint) => {
    expect(parseEndpoint(text)).toEqual(endpoint);
  });

  it.each(["4566", "127.0.0.1:4566", "ftp://127.0.0.1", "http://127.0.0.1:4566/path", "http://127.0.0.1/?a=b", ""])(
    "rejects %j",
    (text) => {
      expect(() => parseEndpoint(text)).toThrow(
        expect.objectContaining({
          code: "EndpointInvalid",
          message: `endpoint must be an address like http://127.0.0.1:4566, got ${JSON.stringify(text)}`,
        }),
      );
    },
  );

  it.each([
    "https://sqs.eu-west-1.amazonaws.com",
    "https://sts.cn-north-1.amazonaws.com.cn",
    "https://s3.eu-west-1.api.aws",
  ])("rejects AWS's own %s, and tells how to deploy there", (text) => {
    expect(() => parseEndpoint(text)).toThrow(
      expect.objectContaining({
        message: `endpoint must be an emulator's, not AWS's own, got ${JSON.stringify(text)}`,
        hint: "deploy to AWS with `npx cdk deploy --all`",
      }),
    );
  });
});
