import { mkdir, readFile, rename, writeFile } from "node:fs/promises";
import { dirname, join } from "node:path";
import { CACHE_FOLDER } from "../cache-folder.ts";

/** Which emulator answers: only MiniStack is started by us; the others are used where they run. */
export type EmulatorKind = "ministack" | "localstack" | "other";

/** What `sluice emulator` found out about one thing that AWS does. */
export type EmulatorProbe = {
  /** Kebab-case and stable, for programs: `redrive-policy`, `time-to-live`, `move-tasks` … */
  readonly name: string;
  /** `null` where it cannot be told yet: a schedule needs its minute. */
  readonly works: boolean | null;
  /** What it means for a user, as one line. */
  readonly meaning: string;
};

/** The names of what one job type was deployed as. */
export type DeployedJobType = {
  readonly queueName: string;
  readonly queueUrl: string;
  readonly deadLetterQueueName: string;
  readonly deadLetterQueueUrl: string;
  readonly workerName: string;
};

/** A process that `sluice emulator` started, and how to tell that a pid is still it. */
export type EmulatorProcess = {
  readonly pid: number;
  /** When the machine says that it began: another process under the same pid began at another time. */
  readonly began: string;
  readonly logFile: string;
  /** Where it unpacks functions; it leaves them there, so who ends it takes the folder away. */
  readonly scratchFolder: string;
};

/** A stage that stands on an emulator: all that a client needs to use it. Credentials may be any. */
export type EmulatorDeployment = {
  readonly stage: string;
  readonly region: string;
  /** Where the HTTP API really answers, without a slash at its end: the stack's own output names AWS. */
  readonly apiUrl: string;
  readonly tableName: string;
  readonly bucketName: string;
  readonly jobTypes: Readonly<Record<string, DeployedJobType>>;
  readonly probes: readonly EmulatorProbe[];
};

/** What `sluice emulator` left running, for the commands that come after it. */
export type EmulatorState = {
  readonly endpoint: string;
  readonly kind: EmulatorKind;
  /** Of the emulator, as it tells it. */
  readonly version?: string | undefined;
  /** Missing where somebody else started the emulator. */
  readonly process?: EmulatorProcess | undefined;
  /** Missing until the stage stands. */
  readonly deployment?: EmulatorDeployment | undefined;
};

/** Where the state is kept. */
export const EMULATOR_STATE_FILE = join(CACHE_FOLDER, "emulator.json");

/** Reads what was left running; `undefined` where nothing was, or the file cannot be understood. */
export const readEmulatorState = async (file = EMULATOR_STATE_FILE): Promise<EmulatorState | undefined> => {
  const text = await readFile(file, "utf8").catch(() => undefined);
  if (text === undefined) return undefined;
  try {
    const state = JSON.parse(text) as Partial<EmulatorState> | null;
    return typeof state?.endpoint === "string" && typeof state.kind === "string" ? (state as EmulatorState) : undefined;
  } catch {
    return undefined;
  }
};

/** Writes the state as a whole: a reader sees the old one or the new one. */
export const writeEmulatorState = async (state: EmulatorState, file = EMULATOR_STATE_FILE): Promise<void> => {
  await mkdir(dirname(file), { recursive: true });
  const unfinished = `${file}.${process.pid}`;
  await writeFile(unfinished, `${JSON.stringify(state, null, 2)}\n`);
  await rename(unfinished, file);
};
