import { spawn } from "node:child_process";
import { rm } from "node:fs/promises";
import { fileURLToPath } from "node:url";
import { answer } from "../bench-run.ts";

const ROOT = fileURLToPath(new URL("../..", import.meta.url));

/** Starts `sluice start` as a process and returns the seconds until it prints `ready`. */
const secondsToReady = async (): Promise<number> => {
  const startedMs = performance.now();
  const child = spawn(process.execPath, ["bin/sluice.ts", "start", "--port", "0", "--aws-port", "0"], {
    cwd: ROOT,
    stdio: ["ignore", "pipe", "inherit"],
  });
  const { promise: ready, resolve, reject } = Promise.withResolvers<number>();
  const { promise: ended, resolve: end } = Promise.withResolvers<void>();
  child.stdout.setEncoding("utf8").on("data", (text: string) => {
    if (/^ready/m.test(text)) resolve((performance.now() - startedMs) / 1_000);
  });
  child.once("exit", (code) => {
    reject(new Error(`the run ended with ${code} before it was ready`));
    end();
  });
  const seconds = await ready;
  child.kill("SIGINT");
  await ended;
  return seconds;
};

const node = async (): Promise<number> => {
  const startedMs = performance.now();
  const child = spawn(process.execPath, ["-e", "0"]);
  await new Promise((resolve) => child.once("exit", resolve));
  return (performance.now() - startedMs) / 1_000;
};

const bare = await node();
await rm(`${ROOT}cdk.out`, { recursive: true, force: true });
const cold = await secondsToReady();
const warm = await secondsToReady();
answer({
  "seconds to ready, cold": cold,
  "seconds to ready, cdk.out unchanged": warm,
  "seconds of an empty node": bare,
});
