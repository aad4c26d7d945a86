import { join } from "node:path";
import { describe, expect, it } from "vitest";
import { type EmulatorState, readEmulatorState, writeEmulatorState } from "../../../lib/cli/emulator/emulator-state.ts";
import { temporaryFolder } from "../../support/temporary-folder.ts";

const STATE: EmulatorState = { endpoint: "http://127.0.0.1:4566", kind: "ministack", version: "1.5.33" };

describe("the state of an emulator", () => {
  it("is read as it was written, into a folder that need not be there", async () => {
    const file = join(temporaryFolder(), "cache", "emulator.json");

    await writeEmulatorState(STATE, file);

    expect(await readEmulatorState(file)).toEqual(STATE);
  });

  it.each([
    ["is not there", {}],
    ["is no JSON", { "emulator.json": "{" }],
    ["is null", { "emulator.json": "null" }],
    ["is of something else", { "emulator.json": '{"port":4566}' }],
  ])("is unknown where the file %s", async (_, files) => {
    const folder = temporaryFolder(files as Record<string, string>);

    expect(await readEmulatorState(join(folder, "emulator.json"))).toBeUndefined();
  });
});
