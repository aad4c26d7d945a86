import { type ChildProcess, fork } from "node:child_process";
import { closeSync, openSync } from "node:fs";
import { join } from "node:path";
import { fileURLToPath, pathToFileURL } from "node:url";
import type { Block, Spent } from "./worker-process.ts";

const PROCESS = fileURLToPath(new URL("worker-process.ts", import.meta.url));

/** A worker to measure: its bundle, and the variables it sees. */
export type WorkerCode = {
  readonly codeFolder: string;
  readonly variables: Readonly<Record<string, string>>;
};

/** A worker that runs in a process of its own. */
export type BenchWorker = {
  /** What importing the bundle took. */
  readonly init: Spent;
  readonly run: (block: Block) => Promise<Spent>;
  readonly stop: () => Promise<void>;
};

/** Starts a worker's process. Its log goes to a file: a write each, and no reader that competes for the machine. */
export const startWorker = async ({ codeFolder, variables }: WorkerCode, awsUrl: string): Promise<BenchWorker> => {
  const log = openSync(join(codeFolder, "bench.log"), "a");
  const child = fork(PROCESS, [pathToFileURL(join(codeFolder, "index.mjs")).href], {
    stdio: ["ignore", log, "inherit", "ipc"],
    execArgv: [],
    env: { ...variables, ...lambdaVariables(awsUrl) },
  });
  closeSync(log);
  return {
    init: await heard(child),
    run: async (block) => {
      const spent = heard(child);
      child.send(block);
      return await spent;
    },
    stop: async () => {
      const ended = new Promise((resolve) => child.once("exit", resolve));
      child.disconnect();
      await ended;
    },
  };
};

const heard = async (child: ChildProcess): Promise<Spent> =>
  await new Promise((resolve, reject) => {
    const fail = (code: number | null): void => reject(new Error(`the worker's process ended with ${code}`));
    child.once("exit", fail);
    child.once("message", (spent: Spent) => {
      child.off("exit", fail);
      resolve(spent);
    });
  });

const lambdaVariables = (awsUrl: string): Readonly<Record<string, string>> => ({
  AWS_ENDPOINT_URL: awsUrl,
  AWS_REGION: "us-east-1",
  AWS_ACCESS_KEY_ID: "bench",
  AWS_SECRET_ACCESS_KEY: "bench",
  AWS_SESSION_TOKEN: "bench",
  AWS_CONFIG_FILE: "/nonexistent",
  AWS_SHARED_CREDENTIALS_FILE: "/nonexistent",
  AWS_EXECUTION_ENV: "AWS_Lambda_nodejs24.x",
  AWS_LAMBDA_FUNCTION_NAME: "bench",
  AWS_LAMBDA_FUNCTION_MEMORY_SIZE: "256",
  TZ: ":UTC",
});
