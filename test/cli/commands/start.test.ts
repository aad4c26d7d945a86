import { afterEach, beforeEach, describe, expect, it, vi } from "vitest";
import { main } from "../../../lib/cli/main.ts";
import { temporaryFolder } from "../../support/temporary-folder.ts";
import { storeBreaker } from "../break-store.ts";
import { writeSmallApp } from "../small-app.ts";

const said: string[] = [];
const complained: string[] = [];
beforeEach(() => {
  said.length = 0;
  complained.length = 0;
  vi.spyOn(console, "error").mockImplementation((text) => void complained.push(String(text)));
});
afterEach(() => vi.restoreAllMocks());

/** Runs the command, and does something as soon as it says that it is ready. @returns its exit code */
const start = (whenReady: () => void, ...options: readonly string[]): Promise<number> => {
  vi.spyOn(console, "log").mockImplementation((text) => {
    said.push(String(text));
    if (String(text).startsWith("ready")) whenReady();
  });
  return main(["start", "--assembly", writeSmallApp(), "--port", "0", "--aws-port", "0", ...options]);
};

const STORE_FAILED = /^error: the run's store must go on until the run stops, but it failed: Cannot read properties of/;

describe("sluice start", () => {
  it("stops at Ctrl-C, and exits 0", async () => {
    expect(await start(() => process.emit("SIGINT"))).toBe(0);

    expect(said.at(-1)).toBe("stopped");
    expect(complained).toEqual([]);
  });

  it("says that the store failed and what is lost, stops, and exits 1", async () => {
    const listeners = process.listenerCount("SIGINT");

    expect(await start(storeBreaker())).toBe(1);

    expect(complained).toEqual([
      expect.stringMatching(STORE_FAILED),
      "hint: start again; queues, records and objects were in memory, and are gone",
    ]);
    const [, apiUrl = "nowhere"] = / API +(\S+)/.exec(said.join("\n")) ?? [];
    await expect(fetch(apiUrl)).rejects.toThrow("fetch failed");
    expect(process.listenerCount("SIGINT")).toBe(listeners);
  });

  it("says where a store that failed has kept its data", async () => {
    const folder = temporaryFolder();

    expect(await start(storeBreaker(), "--data", folder)).toBe(1);

    expect(complained).toEqual([
      expect.stringMatching(STORE_FAILED),
      `hint: start again; queues, records and objects are kept in ${folder}, and jobs that ran will run again`,
    ]);
  });
});
