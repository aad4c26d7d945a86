import { existsSync, readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { describe, expect, it } from "vitest";
import { pythonEnvironment } from "../../lib/cli/python-environment.ts";
import { temporaryFolder } from "../support/temporary-folder.ts";

/** A Python of some version, whose `venv` makes one that notes what pip is asked for. */
const fakePython = (version: string, { venv = "", pip = "" } = {}): string => `#!${process.execPath}
const { appendFileSync, chmodSync, cpSync, mkdirSync } = require("node:fs");
const { join } = require("node:path");
const [flag, ...rest] = process.argv.slice(2);
if (flag === "-c") console.log(${JSON.stringify(version)});
else if (rest[0] === "venv") {
  ${venv}
  const bin = join(rest[1], "bin");
  mkdirSync(bin, { recursive: true });
  cpSync(__filename, join(bin, "python"));
  chmodSync(join(bin, "python"), 0o755);
} else {
  appendFileSync(join(__dirname, "pip.log"), rest.join(" ") + "\\n");
  ${pip}
}
`;

const setUp = (python?: string) => {
  const folder = temporaryFolder({ "requirements.txt": "tool==1.0 --hash=sha256:00\n" });
  const path = temporaryFolder();
  if (python !== undefined) writeFileSync(join(path, "python3"), python, { mode: 0o755 });
  const said: string[] = [];
  const requirementsFile = join(folder, "requirements.txt");
  const say = (line: string) => void said.push(line);
  const wanted = {
    name: "tool",
    requirementsFile,
    cacheFolder: join(folder, "cache"),
    say,
    environment: { PATH: path },
  };
  return { wanted, said, folder, requirementsFile, environmentFolder: join(folder, "cache", "tool") };
};

describe("a private Python environment", () => {
  it("is made once, of nothing but what is pinned with its hashes", async () => {
    const { wanted, said, requirementsFile, environmentFolder } = setUp(fakePython("3.11.7"));

    const first = await pythonEnvironment(wanted);
    const second = await pythonEnvironment(wanted);

    expect([first, second]).toEqual([join(environmentFolder, "bin"), join(environmentFolder, "bin")]);
    expect(said).toEqual([`installing tool into ${environmentFolder} (once)`]);
    const asked = readFileSync(join(first, "pip.log"), "utf8").trim().split("\n");
    expect(asked).toEqual([expect.stringMatching(new RegExp(`--require-hashes --requirement ${requirementsFile}$`))]);
  });

  it("is made again when its requirements have changed", async () => {
    const { wanted, said, requirementsFile } = setUp(fakePython("3.11.7"));
    await pythonEnvironment(wanted);
    writeFileSync(requirementsFile, "tool==2.0 --hash=sha256:00\n");

    await pythonEnvironment(wanted);

    expect(said).toHaveLength(2);
  });

  it("rejects a machine without Python", async () => {
    const { wanted } = setUp();

    await expect(pythonEnvironment(wanted)).rejects.toMatchObject({
      code: "PythonMissing",
      message: "Python must be on the PATH as python3 or python, got none",
      hint: "install Python 3.10 or newer and have it on the PATH as python3",
    });
  });

  it.each(["3.9.18", "2.7.18"])("rejects Python %s", async (version) => {
    const { wanted } = setUp(fakePython(version));

    await expect(pythonEnvironment(wanted)).rejects.toMatchObject({
      code: "PythonTooOld",
      message: `Python must be 3.10 or newer, got python3 ${version}`,
    });
  });

  it("rejects a Python without its venv module, and tells what it said and what to install", async () => {
    const venv = 'console.log("ensurepip is not available"); process.exit(1);';
    const { wanted, environmentFolder } = setUp(fakePython("3.11.7", { venv }));

    await expect(pythonEnvironment(wanted)).rejects.toMatchObject({
      code: "PythonVenvFailed",
      message: `\`python3 -m venv\` must make ${environmentFolder}, got exit code 1:\nensurepip is not available`,
      hint: expect.stringContaining("apt-get install python3-venv"),
    });
  });

  it("rejects what pip refuses, tells its last lines, and leaves nothing half done", async () => {
    const pip = 'for (let line = 1; line < 20; line += 1) console.error("line " + line); process.exit(1);';
    const { wanted, environmentFolder } = setUp(fakePython("3.11.7", { pip }));

    await expect(pythonEnvironment(wanted)).rejects.toMatchObject({
      code: "PythonPackagesFailed",
      message: expect.stringMatching(/got exit code 1:\nline 12\n(.*\n)*line 19$/),
    });
    expect(existsSync(environmentFolder)).toBe(false);
  });
});
