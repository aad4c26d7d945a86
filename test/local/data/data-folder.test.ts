import { existsSync, readdirSync, readFileSync, statSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { describe, expect, it, onTestFinished } from "vitest";
import { type DataFolder, openDataFolder } from "../../../lib/local/data/data-folder.ts";
import { startStore } from "../../../lib/local/wire/store.ts";
import { killableRun } from "../../support/killable-run.ts";
import { writeStorageApp } from "../../support/storage-app.ts";
import { temporaryFolder } from "../../support/temporary-folder.ts";

const open = (folder: string): DataFolder => {
  const opened = openDataFolder(folder);
  onTestFinished(() => opened.close());
  return opened;
};

const modeOf = (path: string): string => (statSync(path).mode & 0o777).toString(8);

describe("a data folder", () => {
  it("is made with all folders above it, for this user's eyes alone", () => {
    const folder = join(temporaryFolder(), "a", "b");

    const { messages, tables } = open(folder);

    expect([folder, messages, tables].map(modeOf)).toEqual(["700", "700", "700"]);
    expect(readdirSync(folder).sort()).toEqual(["messages", "sluice-data.json", "sluice.lock", "tables"]);
    expect(JSON.parse(readFileSync(join(folder, "sluice-data.json"), "utf8"))).toMatchObject({ format: 1 });
  });

  it("is had again after it was closed", () => {
    const folder = temporaryFolder();
    openDataFolder(folder).close();

    expect(open(folder).messages).toBe(join(folder, "messages"));
  });

  it("is had after a first start that was killed before it said what it is", () => {
    const folder = temporaryFolder({ "sluice.lock": "", "sluice-data.json.new": '{"form' });

    open(folder);

    expect(JSON.parse(readFileSync(join(folder, "sluice-data.json"), "utf8"))).toMatchObject({ format: 1 });
  });

  it("rejects a folder that another run of this process has", async () => {
    const folder = temporaryFolder();
    open(folder);

    await expect(startStore(0, () => undefined, undefined, folder)).rejects.toMatchObject({
      code: "DataFolderInUse",
      message: `dataFolder must not be in use by another run, got ${folder}`,
      hint: "stop that run, or choose another folder with --data",
    });
  });

  it("rejects a folder that another process has, until that is killed", async () => {
    const folder = temporaryFolder();
    const { kill } = await killableRun(writeStorageApp(), folder);

    expect(() => openDataFolder(folder)).toThrow("dataFolder must not be in use by another run");
    await kill();

    expect(open(folder).messages).toBe(join(folder, "messages"));
  });

  it("rejects a folder that holds something else, and leaves it as it is", () => {
    const folder = temporaryFolder({ "thesis.txt": "all of it", "sluice.lock": "" });

    expect(() => openDataFolder(folder)).toThrow(
      expect.objectContaining({
        code: "DataFolderInvalid",
        message: `dataFolder must be empty or hold the data of an earlier run, got ${folder} which holds thesis.txt`,
      }),
    );
    expect(readdirSync(folder).sort()).toEqual(["sluice.lock", "thesis.txt"]);
  });

  it.each([
    { content: '{"format":2}', message: /must be of format 1, got .* of format 2$/ },
    { content: "[]", message: /must be of format 1, got .* of format \[\]$/ },
    { content: "{", message: /must be a folder that can be read and written, got .*JSON/ },
  ])("rejects the format $content", ({ content, message }) => {
    const folder = temporaryFolder({ "sluice-data.json": content });

    expect(() => openDataFolder(folder)).toThrow(message);
    expect(existsSync(join(folder, "sluice.lock"))).toBe(false);
  });

  it.each([
    { what: "a file", place: (file: string) => file },
    { what: "a folder under a file", place: (file: string) => join(file, "data") },
    { what: "a place where nothing can be made", place: () => "/proc/sluice" },
  ])("rejects $what", ({ place }) => {
    const folder = place(join(temporaryFolder({ file: "x" }), "file"));

    expect(() => openDataFolder(folder)).toThrow(
      expect.objectContaining({
        code: "DataFolderInvalid",
        message: expect.stringContaining(`dataFolder must be a folder that can be read and written, got ${folder} (`),
      }),
    );
  });

  it.each([
    { what: "messages", file: "messages/fauxqs.db" },
    { what: "tables", file: "tables/CURRENT" },
  ])("rejects $what that cannot be read, and gives the folder back", async ({ file }) => {
    const folder = temporaryFolder();
    await (await startStore(0, () => undefined, undefined, folder)).stop();
    writeFileSync(join(folder, file), "this is no such file".repeat(100));

    await expect(startStore(0, () => undefined, undefined, folder)).rejects.toMatchObject({
      code: "DataFolderDamaged",
      message: expect.stringContaining(`dataFolder must hold data that can be read, got ${folder}`),
      hint: "choose another folder with --data, or bring back a copy of this one",
    });

    expect(open(folder).tables).toBe(join(folder, "tables"));
  });
});
