import { createServer } from "node:net";
import { describe, expect, it, onTestFinished } from "vitest";
import { findEmulator } from "../../../lib/cli/emulator/find-emulator.ts";
import { type FakeEmulator, serveFakeEmulator } from "../../support/fake-emulator.ts";
import { deadAddress, serveAnswer } from "../../support/local-server.ts";

const ACCOUNT = "000000000000";
const HEALTH = { services: { sqs: "available" }, version: "1.5.33" };
const MINISTACK = { "/_ministack/health": HEALTH, "/_localstack/health": HEALTH };
const find = async (fake: FakeEmulator) => await findEmulator(await serveFakeEmulator(fake), "us-east-1");

describe("what answers at an endpoint", () => {
  it.each([
    ["ministack", "1.5.33", MINISTACK],
    ["localstack", "4.14.0", { "/_localstack/health": { services: {}, version: "4.14.0" } }],
    ["ministack", undefined, { "/_ministack/health": { services: {} } }],
    ["other", undefined, {}],
  ])("is the emulator %s %s", async (kind, version, health) => {
    expect(await find({ account: ACCOUNT, health })).toEqual({ is: "emulator", kind, version, account: ACCOUNT });
  });

  it("is nothing where nobody listens", async () => {
    const found = await findEmulator((await deadAddress()).slice(0, -1), "us-east-1");

    expect(found).toEqual({ is: "nothing", reason: "ECONNREFUSED" });
  });

  it("is foreign where a web server answers, which is named", async () => {
    const { url } = await serveAnswer(200, { server: "nginx" }, "<html>welcome</html>");

    const found = await findEmulator(url.slice(0, -1), "us-east-1");

    expect(found).toEqual({ is: "foreign", reason: "it answers HTTP 200 (nginx), and STS names no account" });
  });

  it("is foreign where no stack can be deployed, as in an embedded run", async () => {
    const found = await find({ account: ACCOUNT, hasCloudFormation: false });

    expect(found).toEqual({
      is: "foreign",
      reason: "it answers HTTP 404, and CloudFormation does not answer there",
    });
  });

  it("is foreign where STS names something that is no account", async () => {
    const found = await find({ account: "nobody", health: MINISTACK });

    expect(found).toEqual({ is: "foreign", reason: "STS names no account" });
  });

  it("is foreign where something listens that speaks no HTTP", async () => {
    const server = createServer((socket) => socket.end("SSH-2.0-OpenSSH\r\n"));
    await new Promise<void>((listening) => server.listen(0, "127.0.0.1", listening));
    onTestFinished(() => void server.close());
    const { port } = server.address() as { readonly port: number };

    const found = await findEmulator(`http://127.0.0.1:${port}`, "us-east-1");

    expect(found).toMatchObject({ is: "foreign", reason: expect.stringContaining("STS does not answer there") });
  });
});
