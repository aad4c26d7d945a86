import { spawn, spawnSync } from "node:child_process";
import { once } from "node:events";
import { cpSync, mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { delimiter, join } from "node:path";
import { createInterface } from "node:readline/promises";
import { ROOT } from "./pages.ts";

/** An app in a folder of its own, with this project installed from its tarball. */
export type PackedApp = {
  readonly folder: string;
  /** What the tarball holds, by path. */
  readonly packed: readonly string[];
  /** Runs a command of the app's `node_modules`, to its end. */
  readonly run: (command: string, ...args: readonly string[]) => Ended;
  /** Starts `sluice start` on free ports; resolves once it is ready. */
  readonly start: (...args: readonly string[]) => Promise<StartedApp>;
  readonly remove: () => void;
};

export type Ended = { readonly status: number | null; readonly stdout: string; readonly stderr: string };

export type StartedApp = {
  readonly apiUrl: string;
  /** Presses Ctrl-C; resolves to the exit code. */
  readonly stop: () => Promise<number | null>;
};

/** Packs this project, and installs the tarball into a copy of an example, as a user would: with npm, from its registry. */
export const packedApp = (example: string): PackedApp => {
  const folder = mkdtempSync(join(tmpdir(), "sluice-app-"));
  const remove = (): void => rmSync(folder, { recursive: true, force: true });
  try {
    // Somebody may have followed the example's README in its own folder.
    const filter = (path: string): boolean => !/(node_modules|cdk\.out|\.tgz)$/.test(path);
    cpSync(join(ROOT, example), folder, { recursive: true, filter });
    const { filename, files, size } = timed("npm pack", () => pack(folder));
    console.log(`  ${filename}: ${files.length} files, ${Math.round(size / 1_000)} kB`);
    timed("npm install", () => npm(folder, "install", "--prefer-offline", ...QUIET, `./${filename}`));
    return {
      folder,
      packed: files.map(({ path }) => path),
      run: (command, ...args) => timed([command, ...args].join(" "), () => runIn(folder, command, args)),
      start: (...args) => startIn(folder, args),
      remove,
    };
  } catch (error) {
    remove();
    throw error;
  }
};

const QUIET = ["--no-audit", "--no-fund"] as const;

type Pack = { readonly filename: string; readonly size: number; readonly files: readonly { readonly path: string }[] };

const pack = (folder: string): Pack => {
  const { stdout } = npm(ROOT, "pack", "--json", "--pack-destination", folder);
  // What the build prints comes before.
  const [packed] = JSON.parse(stdout.slice(stdout.search(/^\[$/m))) as readonly Pack[];
  if (packed === undefined) throw new Error(`npm pack must tell what it packed, got ${stdout}`);
  return packed;
};

/** Neither this project's commands nor what npm tells its scripts are there in another folder. */
const environmentOf = (folder: string): NodeJS.ProcessEnv => {
  const own = Object.entries(process.env).filter(([name]) => !/^(npm_(?!config_registry)|VITEST|NODE_ENV)/i.test(name));
  const path = (process.env.PATH ?? "").split(delimiter).filter((entry) => !entry.includes("node_modules"));
  return { ...Object.fromEntries(own), PATH: [join(folder, "node_modules/.bin"), ...path].join(delimiter) };
};

const npm = (folder: string, ...args: readonly string[]): Ended => {
  const ended = runIn(folder, "npm", args);
  if (ended.status === 0) return ended;
  throw new Error(`npm ${args[0]} must succeed, got ${ended.status}:\n${ended.stdout}\n${ended.stderr}`);
};

const runIn = (folder: string, command: string, args: readonly string[]): Ended =>
  spawnSync(command, args, { cwd: folder, env: environmentOf(folder), encoding: "utf8" });

const timed = <Result>(what: string, work: () => Result): Result => {
  const startedMs = performance.now();
  const result = work();
  console.log(`  ${what}: ${((performance.now() - startedMs) / 1_000).toFixed(0)} s`);
  return result;
};

const startIn = async (folder: string, args: readonly string[]): Promise<StartedApp> => {
  const child = spawn("sluice", ["start", "--port", "0", "--aws-port", "0", ...args], {
    cwd: folder,
    env: environmentOf(folder),
    stdio: ["ignore", "pipe", "inherit"],
  });
  const ended = once(child, "exit");
  const stop = async (): Promise<number | null> => {
    child.kill("SIGINT");
    const [code] = await ended;
    return code;
  };
  const said: string[] = [];
  for await (const line of createInterface({ input: child.stdout })) {
    said.push(line);
    if (!line.startsWith("ready")) continue;
    console.log(`  sluice start ${args.join(" ")}: ${line}`);
    child.stdout.resume();
    const [, apiUrl = ""] = / API +(\S+)/.exec(said.join("\n")) ?? [];
    return { apiUrl, stop };
  }
  throw new Error(`sluice start must become ready, but it ended:\n${said.join("\n")}`);
};
