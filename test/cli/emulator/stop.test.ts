import { existsSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { describe, expect, it } from "vitest";
import { type EmulatorState, writeEmulatorState } from "../../../lib/cli/emulator/emulator-state.ts";
import { emulatorStatus } from "../../../lib/cli/emulator/status.ts";
import { stopEmulator } from "../../../lib/cli/emulator/stop.ts";
import { serveFakeEmulator } from "../../support/fake-emulator.ts";
import { temporaryFolder } from "../../support/temporary-folder.ts";

const HERE: EmulatorState = { endpoint: "http://127.0.0.1:4566", kind: "ministack", version: "1.5.33" };

const withState = async (state?: EmulatorState) => {
  const file = join(temporaryFolder(), "emulator.json");
  if (state !== undefined) await writeEmulatorState(state, file);
  const said: string[] = [];
  return { file, said, say: (line: string) => void said.push(line) };
};

describe("stopping an emulator", () => {
  it("does nothing where none was started", async () => {
    const { file, said, say } = await withState();

    expect(await stopEmulator(file, say)).toBe(0);
    expect(said).toEqual(["no emulator was started: there is nothing to stop"]);
  });

  it("rejects one that somebody else started", async () => {
    const { file, said, say } = await withState(HERE);

    expect(await stopEmulator(file, say)).toBe(1);
    expect(said).toEqual([
      "the emulator at http://127.0.0.1:4566 was started by somebody else: stop it as it was started",
    ]);
    expect(existsSync(file)).toBe(true);
  });

  it("spares another process that has its pid by now, and forgets the emulator", async () => {
    const own = { pid: process.pid, began: "some other time", logFile: "", scratchFolder: join(tmpdir(), "gone") };
    const { file, said, say } = await withState({ ...HERE, process: own });

    expect(await stopEmulator(file, say)).toBe(0);
    expect(said).toEqual(["the emulator had ended already"]);
    expect(existsSync(file)).toBe(false);
  });
});

describe("the status of an emulator", () => {
  it("is that there is none", async () => {
    const { file, said, say } = await withState();

    expect(await emulatorStatus(file, say)).toBe(1);
    expect(said).toEqual(["no stage is on an emulator: `npm run emulator` puts one there"]);
  });

  it("is that it is gone", async () => {
    const { file, said, say } = await withState({ ...HERE, endpoint: "http://127.0.0.1:1" });

    expect(await emulatorStatus(file, say)).toBe(1);
    expect(said[0]).toMatch(/^the emulator at http:\/\/127\.0\.0\.1:1 does not answer any more \(\w/);
  });

  it("is that it has no stage, where a deployment failed", async () => {
    const endpoint = await serveFakeEmulator({ account: "000000000000" });
    const { file, said, say } = await withState({ ...HERE, endpoint });

    expect(await emulatorStatus(file, say)).toBe(1);
    expect(said).toEqual([`MiniStack 1.5.33 at ${endpoint} has no stage yet: \`npm run emulator\` deploys one`]);
  });

  it("tells of an emulator that can do nothing what that means, line by line", async () => {
    const endpoint = await serveFakeEmulator({ account: "000000000000" });
    const queue = { queueName: "q", queueUrl: `${endpoint}/q`, deadLetterQueueName: "d", deadLetterQueueUrl: "d" };
    const deployment = {
      stage: "emulator",
      region: "us-east-1",
      apiUrl: `${endpoint}/api`,
      tableName: "t",
      bucketName: "b",
      jobTypes: { "profile-csv": { ...queue, workerName: "w" } },
      probes: [],
    };
    const { file, said, say } = await withState({ ...HERE, endpoint, deployment });

    expect(await emulatorStatus(file, say)).toBe(0);
    const lines = said.join("\n").split("\n");
    expect(lines.filter((line) => line.startsWith("  no  ")).length).toBeGreaterThan(7);
    expect(lines.filter((line) => line.startsWith("  ?   "))).toEqual([expect.stringContaining("schedule")]);
    // Nothing lets a wrong key in there.
    expect(lines.filter((line) => line.startsWith("  yes "))).toEqual([expect.stringContaining("signatures")]);
    expect(lines.at(-1)).toContain(`curl -s ${endpoint}/api/jobs/profile-csv`);
  });
});
