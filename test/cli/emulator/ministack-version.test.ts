import { readFileSync } from "node:fs";
import { describe, expect, it } from "vitest";
import type { EmulatorKind } from "../../../lib/cli/emulator/emulator-state.ts";
import { checkVersion, LEAST_MINISTACK, MINISTACK_VERSION } from "../../../lib/cli/emulator/ministack-version.ts";

const check = (kind: EmulatorKind, version: string | undefined) => () =>
  checkVersion({ is: "emulator", kind, version, account: "000000000000" }, "http://127.0.0.1:4566");

describe("an emulator's version", () => {
  it.each([
    ["ministack", MINISTACK_VERSION],
    ["ministack", LEAST_MINISTACK],
    ["ministack", "1.6.0"],
    ["ministack", "2.0"],
    ["ministack", "dev"],
    ["ministack", undefined],
    ["localstack", "0.1.0"],
    ["other", undefined],
  ] as const)("is good enough of %s %s", (kind, version) => {
    expect(check(kind, version)).not.toThrow();
  });

  it.each(["1.4.21", "1.5.19", "0.9", "1.5"])("rejects MiniStack %s, and tells how to get a newer one", (version) => {
    expect(check("ministack", version)).toThrow(
      expect.objectContaining({
        code: "EmulatorTooOld",
        message: `MiniStack at http://127.0.0.1:4566 must be ${LEAST_MINISTACK} or newer, got ${version}`,
        hint: expect.stringContaining(`upgrade it to ${MINISTACK_VERSION}`),
      }),
    );
  });

  it("is pinned once, with the hash of each file", () => {
    const pinned = readFileSync(new URL("../../../lib/cli/emulator/requirements.txt", import.meta.url), "utf8");
    const packages = pinned.split(/\n(?=\S)/).filter((entry) => !entry.startsWith("#"));

    expect(pinned).toContain(`\nministack==${MINISTACK_VERSION} `);
    expect(packages.length).toBeGreaterThan(5);
    expect(packages.filter((entry) => !/^[\w-]+==\S+.*\n\s+--hash=sha256:[0-9a-f]{64}/.test(entry))).toEqual([]);
  });
});
