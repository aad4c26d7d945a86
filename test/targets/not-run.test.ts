import { spawn } from "node:child_process";
import { once } from "node:events";
import { createServer } from "node:http";
import type { AddressInfo } from "node:net";
import { join } from "node:path";
import { text } from "node:stream/consumers";
import { fileURLToPath } from "node:url";
import { describe, expect, it, onTestFinished } from "vitest";
import type { EmulatorState } from "../../lib/cli/emulator/emulator-state.ts";
import { temporaryFolder } from "../support/temporary-folder.ts";
import { openEmulator } from "./emulator-target.ts";
import { notRunBecause } from "./stack-resources.ts";
import { NotRun } from "./target.ts";

const MAIN = fileURLToPath(new URL("main.ts", import.meta.url));

/** Runs the suite as a user does, in an environment without anybody's credentials. */
const run = async (args: readonly string[], environment: Readonly<Record<string, string>> = {}) => {
  const home = temporaryFolder({});
  const child = spawn(process.execPath, [MAIN, ...args], {
    env: { PATH: process.env.PATH, HOME: home, AWS_EC2_METADATA_DISABLED: "true", ...environment },
    stdio: ["ignore", "pipe", "pipe"],
  });
  const [stdout, stderr, [code]] = await Promise.all([text(child.stdout), text(child.stderr), once(child, "close")]);
  return { code, stdout, stderr };
};

/** A port that nothing listens on. */
const closedPort = async (): Promise<number> => {
  const server = createServer().listen(0, "127.0.0.1");
  await once(server, "listening");
  const { port } = server.address() as AddressInfo;
  server.close();
  await once(server, "close");
  return port;
};

/** A server that answers everything with this status. */
const answering = async (status: number): Promise<string> => {
  const server = createServer((_, response) => response.writeHead(status).end()).listen(0, "127.0.0.1");
  await once(server, "listening");
  onTestFinished(() => {
    server.closeAllConnections();
    server.close();
  });
  return `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
};

const stateFile = (state: Partial<EmulatorState>): string =>
  join(temporaryFolder({ "emulator.json": JSON.stringify({ kind: "ministack", ...state }) }), "emulator.json");

const deployment = (apiUrl: string): EmulatorState["deployment"] => ({
  stage: "emulator",
  region: "us-east-1",
  apiUrl,
  tableName: "table",
  bucketName: "bucket",
  jobTypes: {},
  probes: [],
});

describe("the suite, where its target is not there", () => {
  it("says that it was not run without credentials, and ends with 3", async () => {
    const { code, stdout, stderr } = await run(["--target", "aws"], { AWS_REGION: "eu-central-1" });

    expect(stderr).toMatch(/^not run: no AWS credentials were found .*\nhint: sign in .*\n$/);
    expect([code, stdout]).toEqual([3, ""]);
  });

  it("rejects a wrong command line with 2, and shows its help with 0", async () => {
    const [wrong, help] = await Promise.all([run(["--target", "docker"]), run(["--help"])]);

    expect(wrong).toMatchObject({ code: 2, stderr: expect.stringMatching(/^error: --target must .*\nhint: .*\n$/) });
    expect(help).toMatchObject({ code: 0, stdout: expect.stringMatching(/^Usage: npm run e2e /) });
  });

  it("names the command that deploys to an emulator where nothing was deployed", async () => {
    const missing = join(temporaryFolder({}), "emulator.json");

    for (const file of [missing, stateFile({ endpoint: "http://127.0.0.1:9" })]) {
      await expect(openEmulator(file)).rejects.toMatchObject({
        name: "NotRun",
        hint: expect.stringMatching(/npm run/),
      });
    }
  });

  it("says which address of an emulator does not answer", async () => {
    const [endpoint, down] = [await answering(200), `http://127.0.0.1:${await closedPort()}`];

    const noEndpoint = openEmulator(stateFile({ endpoint: down, deployment: deployment(endpoint) }));
    const noApi = openEmulator(stateFile({ endpoint, deployment: deployment(down) }));

    await expect(noEndpoint).rejects.toThrow(`the emulator must answer at ${down}, and does not`);
    await expect(noApi).rejects.toThrow(`the stage's HTTP API must answer at ${down}/openapi.json, and does not`);
  });

  it("says so when an emulator was started again, and knows the stage no more", async () => {
    const endpoint = await answering(404);

    const opened = openEmulator(stateFile({ endpoint, deployment: deployment(endpoint) }));

    await expect(opened).rejects.toThrow(`must answer 200 at ${endpoint}/openapi.json, got 404`);
  });

  it.each([
    ["CredentialsProviderError", "Could not load credentials", /no AWS credentials/],
    [
      "ExpiredToken",
      "The security token included in the request is expired",
      /refuses the credentials \(ExpiredToken\)/,
    ],
    ["InvalidClientTokenId", "The security token is invalid", /refuses the credentials/],
    ["ValidationError", "Stack with id Sluice-dev-Data does not exist", /must be deployed/],
    ["AccessDenied", "not authorized to perform: cloudformation:DescribeStacks", /may not read/],
    ["Error", "Region is missing", /no AWS region/],
    ["Error", "getaddrinfo ENOTFOUND cloudformation.moon-1.amazonaws.com", /cannot be reached/],
  ])("tells what %s: %s means for the user", (name, message, said) => {
    const error = notRunBecause(Object.assign(new Error(message), { name }), "stack Sluice-dev-Data", "dev");

    expect(error).toBeInstanceOf(NotRun);
    expect(error).toMatchObject({ message: expect.stringMatching(said), hint: expect.stringMatching(/\w/) });
  });

  it("leaves alone what it does not know", () => {
    const error = new TypeError("undefined is not a function");

    expect(notRunBecause(error, "stack", "dev")).toBe(error);
  });
});
