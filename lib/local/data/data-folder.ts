import { existsSync, mkdirSync, readdirSync, readFileSync, renameSync, writeFileSync } from "node:fs";
import { dirname, join } from "node:path";
import { DatabaseSync } from "node:sqlite";
import { SluiceError } from "../../core/errors.ts";
import { isJsonObject, type Json } from "../json.ts";

/** How the folder is laid out; another number is another layout. */
const FORMAT = 1;
const FORMAT_FILE = "sluice-data.json";
const LOCK_FILE = "sluice.lock";
/** What a first start that was killed may leave. */
const BEGINNINGS = new Set([LOCK_FILE, `${FORMAT_FILE}.new`]);
/** How much of a foreign folder its refusal names. */
const SHOWN = 3;
const SQLITE_BUSY = 5;
/** Jobs may carry what is not everybody's. */
const PRIVATE = 0o700;

/** A folder that a run keeps its data in; nobody else has it until it is closed or this process ends, however. */
export type DataFolder = {
  /** Of queues, messages and objects: a folder for fauxqs. */
  readonly messages: string;
  /** Of tables: a folder for dynalite. */
  readonly tables: string;
  close(): void;
};

/** Where a data folder keeps the secrets. */
export const secretsFileOf = (folder: string): string => join(folder, "secrets.json");

/**
 * Takes a folder for a run, and makes it if there is none.
 *
 * @throws DataFolderInUse, DataFolderInvalid
 */
export const openDataFolder = (folder: string): DataFolder => {
  const entries = entriesOf(folder);
  checkFormat(folder, entries);
  const lock = lockOf(folder);
  const parts = { messages: join(folder, "messages"), tables: join(folder, "tables") };
  try {
    if (!entries.includes(FORMAT_FILE)) writeFormat(folder);
    for (const part of Object.values(parts)) make(part);
  } catch (cause) {
    lock.close();
    throw unusable(folder, cause);
  }
  return { ...parts, close: () => lock.close() };
};

const entriesOf = (folder: string): readonly string[] => {
  try {
    make(folder);
    return readdirSync(folder);
  } catch (cause) {
    throw unusable(folder, cause);
  }
};

/** Makes a folder and those above it; Node.js's own way of doing so never ends in folders like `/proc`. */
const make = (folder: string): void => {
  if (existsSync(folder)) return;
  make(dirname(folder));
  mkdirSync(folder, { mode: PRIVATE });
};

const checkFormat = (folder: string, entries: readonly string[]): void => {
  if (entries.includes(FORMAT_FILE)) {
    const format = formatIn(folder);
    if (format === FORMAT) return;
    throw invalid(`be of format ${FORMAT}, got ${folder} of format ${JSON.stringify(format)}`);
  }
  const foreign = entries.filter((entry) => !BEGINNINGS.has(entry));
  if (foreign.length > 0) {
    const shown = [...foreign.slice(0, SHOWN), ...(foreign.length > SHOWN ? ["…"] : [])].join(", ");
    throw invalid(`be empty or hold the data of an earlier run, got ${folder} which holds ${shown}`);
  }
};

const formatIn = (folder: string): Json | undefined => {
  try {
    const content = JSON.parse(readFileSync(join(folder, FORMAT_FILE), "utf8")) as Json;
    return isJsonObject(content) ? content.format : content;
  } catch (cause) {
    throw unusable(folder, cause);
  }
};

const writeFormat = (folder: string): void => {
  const file = join(folder, FORMAT_FILE);
  writeFileSync(`${file}.new`, `${JSON.stringify({ format: FORMAT, madeBy: "sluice start" })}\n`);
  renameSync(`${file}.new`, file);
};

/** SQLite's lock is one of the operating system's: it goes with the process, so that a killed run leaves none. */
const lockOf = (folder: string): DatabaseSync => {
  try {
    const lock = new DatabaseSync(join(folder, LOCK_FILE));
    lock.exec("PRAGMA journal_mode = MEMORY; BEGIN EXCLUSIVE");
    return lock;
  } catch (cause) {
    if (cause instanceof Error && "errcode" in cause && cause.errcode === SQLITE_BUSY) {
      throw new SluiceError("DataFolderInUse", `dataFolder must not be in use by another run, got ${folder}`, {
        hint: "stop that run, or choose another folder with --data",
        cause,
      });
    }
    throw unusable(folder, cause);
  }
};

const unusable = (folder: string, cause: unknown): SluiceError => {
  const reason = cause instanceof Error ? cause.message : String(cause);
  return invalid(`be a folder that can be read and written, got ${folder} (${reason})`, cause);
};

const invalid = (expectation: string, cause?: unknown): SluiceError =>
  new SluiceError("DataFolderInvalid", `dataFolder must ${expectation}`, {
    hint: "choose another folder with --data: one that does not exist yet is made",
    cause,
  });

/** The complaint about data that cannot be read. */
export const damaged = (folder: string, cause: unknown): SluiceError => {
  const reason = cause instanceof Error ? cause.message : String(cause);
  return new SluiceError("DataFolderDamaged", `dataFolder must hold data that can be read, got ${folder} (${reason})`, {
    hint: "choose another folder with --data, or bring back a copy of this one",
    cause,
  });
};
