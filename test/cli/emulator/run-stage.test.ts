import { existsSync, readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { describe, expect, it, onTestFinished } from "vitest";
import { readEmulatorState } from "../../../lib/cli/emulator/emulator-state.ts";
import { parseEndpoint } from "../../../lib/cli/emulator/endpoint.ts";
import { beganAt } from "../../../lib/cli/emulator/process-identity.ts";
import { runStageOnEmulator, type StageOnEmulator } from "../../../lib/cli/emulator/run-stage.ts";
import { stopEmulator } from "../../../lib/cli/emulator/stop.ts";
import { serveFakeEmulator } from "../../support/fake-emulator.ts";
import { deadAddress, serveAnswer } from "../../support/local-server.ts";
import { temporaryFolder } from "../../support/temporary-folder.ts";

const ACCOUNT = "000000000000";
const CURRENT = { "/_ministack/health": { services: {}, version: "1.5.33" } };

/** A program that answers at the port that it is given, as far as the search for an emulator asks. */
const FAKE_MINISTACK = `#!${process.execPath}
const { createServer } = require("node:http");
console.log("fake emulator " + process.env.BIND_HOST + " " + process.env.LAMBDA_EXECUTOR);
createServer((request, response) => {
  const report = { services: {}, version: "1.5.33" };
  const identity = "<GetCallerIdentityResponse><GetCallerIdentityResult><Account>${ACCOUNT}</Account></GetCallerIdentityResult></GetCallerIdentityResponse>";
  const stacks = "<ListStacksResponse><ListStacksResult><StackSummaries/></ListStacksResult></ListStacksResponse>";
  let body = "";
  request.on("data", (part) => { body += part; });
  request.on("end", () => {
    if (request.url.startsWith("/_ministack/")) response.end(JSON.stringify(report));
    else if (body.includes("GetCallerIdentity")) response.end(identity);
    else if (body.includes("ListStacks")) response.end(stacks);
    else response.writeHead(404).end();
  });
}).listen(Number(process.env.GATEWAY_PORT), process.env.BIND_HOST);
`;

const FAILING_CDK = `
console.log("Bundling asset");
console.log("Sluice-x-Data | CREATE_COMPLETE | AWS::S3::Bucket");
console.error("Sluice-x-Data | CREATE_FAILED | AWS::Nothing::Here | Unsupported resource type");
console.log("Outputs:");
process.exit(process.argv.includes("deploy") ? 1 : 0);
`;
const HANGING_CDK = "console.log(process.argv.join(' ')); setInterval(() => undefined, 1_000);";

type Given = Partial<StageOnEmulator> & { readonly url: string; readonly cdk?: string; readonly ministack?: string };

const setUp = ({ url, cdk = FAILING_CDK, ministack = FAKE_MINISTACK, ...rest }: Given) => {
  const folder = temporaryFolder({ "cdk.cjs": cdk });
  const command = join(temporaryFolder({ fake: "" }), "ministack");
  writeProgram(command, ministack);
  const said: string[] = [];
  const stateFile = join(folder, "emulator.json");
  const cdkFile = join(folder, "cdk.cjs");
  const run: StageOnEmulator = {
    endpoint: parseEndpoint(url),
    region: "us-east-1",
    stage: "emulator",
    tool: "cdk",
    cacheFolder: folder,
    stateFile,
    environment: { PATH: process.env.PATH },
    signal: new AbortController().signal,
    say: (line) => said.push(line),
    commands: { ministack: command, cdk: { cdk: cdkFile, cdklocal: cdkFile } },
    ...rest,
  };
  onTestFinished(async () => void (await stopEmulator(stateFile, () => undefined)));
  return { run, said, stateFile, folder };
};

const writeProgram = (file: string, text: string): void => {
  writeFileSync(file, text, { mode: 0o755 });
};

describe("a stage on an emulator", () => {
  it("rejects an endpoint on another machine where nothing answers", async () => {
    const { port } = new URL(await deadAddress());
    const endpoint = { url: `http://127.0.0.1:${port}`, port: Number(port), isLoopback: false };
    const { run } = setUp({ url: endpoint.url, endpoint });

    await expect(runStageOnEmulator(run)).rejects.toMatchObject({
      code: "EmulatorDown",
      message: `an emulator must answer at ${endpoint.url}, got ECONNREFUSED`,
      hint: expect.stringContaining("npm run emulator -- --endpoint http://127.0.0.1:4566"),
    });
  });

  it("rejects a port that something else listens on, and names another", async () => {
    const { url } = await serveAnswer(200, {}, "<html></html>");
    const { run, stateFile } = setUp({ url });
    const { port } = run.endpoint;

    await expect(runStageOnEmulator(run)).rejects.toMatchObject({
      code: "EndpointTaken",
      message: expect.stringContaining("must be an AWS emulator, got something else: it answers HTTP 200"),
      hint: expect.stringMatching(new RegExp(`^port ${port} is in use: .* --endpoint http://127.0.0.1:${port + 1}$`)),
    });
    expect(existsSync(stateFile)).toBe(false);
  });

  it("rejects an emulator that is too old before it deploys anything", async () => {
    const health = { "/_ministack/health": { services: {}, version: "1.4.21" } };
    const { run, said } = setUp({ url: await serveFakeEmulator({ account: ACCOUNT, health }) });

    await expect(runStageOnEmulator(run)).rejects.toMatchObject({ code: "EmulatorTooOld" });
    expect(said).toEqual([]);
  });

  it("rejects a deployment that fails, with what cdk said", async () => {
    const url = await serveFakeEmulator({ account: ACCOUNT, health: CURRENT });
    const { run, said } = setUp({ url });

    await expect(runStageOnEmulator(run)).rejects.toMatchObject({
      code: "DeployFailed",
      message:
        "cdk deploy must succeed for stage emulator, got exit code 1:\n" +
        "Sluice-x-Data | CREATE_FAILED | AWS::Nothing::Here | Unsupported resource type",
      hint: expect.stringContaining("npm run emulator"),
    });
    expect(said).toEqual([`using MiniStack 1.5.33 at ${url}`, "deploying stage emulator (cdk deploy)"]);
  });

  it("bootstraps an emulator that is not, by the tool that was chosen", async () => {
    const url = await serveFakeEmulator({ account: ACCOUNT, health: CURRENT, isBootstrapped: false });
    const { run, said } = setUp({ url, tool: "cdklocal" });

    await expect(runStageOnEmulator(run)).rejects.toMatchObject({ code: "DeployFailed" });
    expect(said).toContain(`bootstrapping (cdklocal bootstrap, account ${ACCOUNT}, region us-east-1)`);
  });

  it("starts MiniStack for this machine alone where nothing answers, and leaves it running after a failure", async () => {
    const { run, stateFile, folder } = setUp({ url: (await deadAddress()).slice(0, -1) });

    await expect(runStageOnEmulator(run)).rejects.toMatchObject({ code: "DeployFailed" });

    const state = await readEmulatorState(stateFile);
    const scratchFolder = state?.process?.scratchFolder ?? "";
    expect(existsSync(scratchFolder)).toBe(true);
    expect(state).toMatchObject({ endpoint: run.endpoint.url, kind: "ministack", version: "1.5.33" });
    expect(await beganAt(state?.process?.pid ?? 0)).toBe(state?.process?.began);
    expect(readFileSync(join(folder, "emulator.log"), "utf8")).toBe("fake emulator 127.0.0.1 local\n");
    expect(await stopEmulator(stateFile, () => undefined)).toBe(0);
    expect(await beganAt(state?.process?.pid ?? 0)).toBeUndefined();
    expect(existsSync(scratchFolder)).toBe(false);
  });

  it("rejects a second endpoint while an emulator that it started runs at the first", async () => {
    const { run } = setUp({ url: (await deadAddress()).slice(0, -1) });
    await expect(runStageOnEmulator(run)).rejects.toMatchObject({ code: "DeployFailed" });
    const second = await serveFakeEmulator({ account: ACCOUNT, health: CURRENT });

    await expect(runStageOnEmulator({ ...run, endpoint: parseEndpoint(second) })).rejects.toMatchObject({
      code: "EmulatorElsewhere",
      message: `endpoint must be ${run.endpoint.url}, where the emulator that was started runs, got ${second}`,
      hint: "stop it first: `npm run emulator -- --stop`",
    });
  });

  it("ends what it started when it is interrupted half-way", async () => {
    const stopping = new AbortController();
    const said: string[] = [];
    let pid = 0;
    const { run, stateFile } = setUp({
      url: (await deadAddress()).slice(0, -1),
      cdk: HANGING_CDK,
      signal: stopping.signal,
      say: (line) => {
        said.push(line);
        pid = Number(line.match(/^starting MiniStack \(process (\d+)/)?.[1] ?? pid);
        if (line.startsWith("bootstrapping")) stopping.abort();
      },
    });

    await expect(runStageOnEmulator(run)).rejects.toMatchObject({ name: "AbortError" });

    expect(pid).toBeGreaterThan(0);
    expect(await beganAt(pid)).toBeUndefined();
    expect(existsSync(stateFile)).toBe(false);
    expect(said.at(-1)).toBe("stopped the emulator that was just started");
  });

  it("leaves an emulator that it found running when it is interrupted", async () => {
    const stopping = new AbortController();
    const url = await serveFakeEmulator({ account: ACCOUNT, health: CURRENT });
    const say = (line: string) => void (line.startsWith("deploying") && stopping.abort());
    const { run, stateFile } = setUp({ url, cdk: HANGING_CDK, signal: stopping.signal, say });

    await expect(runStageOnEmulator(run)).rejects.toMatchObject({ name: "AbortError" });

    expect(await readEmulatorState(stateFile)).toEqual({ endpoint: url, kind: "ministack", version: "1.5.33" });
    expect((await fetch(`${url}/_ministack/health`)).status).toBe(200);
  });

  it("rejects an emulator that does not start, with what it said", async () => {
    const ministack = `#!${process.execPath}\nconsole.error("no such module: hypercorn"); process.exit(3);`;
    const { run, folder } = setUp({ url: (await deadAddress()).slice(0, -1), ministack });

    await expect(runStageOnEmulator(run)).rejects.toMatchObject({
      code: "EmulatorNotReady",
      message: "MiniStack must start, but it ended with exit code 3:\nno such module: hypercorn",
      hint: `see ${join(folder, "emulator.log")}, then run \`npm run emulator\` again`,
    });
  });
});
