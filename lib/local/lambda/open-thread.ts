import { randomUUID } from "node:crypto";
import { Worker } from "node:worker_threads";
import type { Clock } from "../clock.ts";
import type { LocalLog } from "../events.ts";
import type { PassedTime } from "../movable-clock.ts";
import type { FunctionSettings } from "../world.ts";
import { eachLine } from "./log-lines.ts";
import type { ThreadData } from "./thread-messages.ts";
import { lambdaVariables } from "./variables.ts";

/**
 * Less than the 16 MiB that Node grants a thread to come to an end in when it runs out of memory: with more, which is
 * V8's own choice, the whole process would run out with it. A thread also takes 50 MiB less so, and is no slower.
 */
const YOUNG_GENERATION_MIB = 8;

/** Opens a thread that sees what Lambda lets a function see. */
export const openThread = ({
  settings,
  awsUrl,
  accessKeyId,
  source,
  clock,
  clockOffMs,
  passed,
  onLog,
}: {
  readonly settings: FunctionSettings;
  readonly awsUrl: string;
  readonly accessKeyId: string;
  readonly source: URL;
  readonly clock: Clock;
  readonly clockOffMs: number | undefined;
  readonly passed: PassedTime | undefined;
  readonly onLog: (line: LocalLog) => void;
}): { readonly thread: Worker; readonly closed: Promise<void> } => {
  const functionName = settings.name;
  const day = new Date(clock.nowMs()).toISOString().slice(0, 10).replaceAll("-", "/");
  const logStreamName = `${day}/[$LATEST]${randomUUID().replaceAll("-", "")}`;
  const data: ThreadData = {
    handlerUrl: settings.handlerUrl,
    handlerName: settings.handlerName,
    functionName,
    functionArn: settings.arn,
    memoryMiB: settings.memoryMiB,
    logGroupName: settings.logGroupName,
    logStreamName,
    clockOffMs,
    passed,
  };
  const thread = new Worker(source, {
    name: functionName,
    workerData: data,
    env: lambdaVariables(settings, awsUrl, accessKeyId, logStreamName),
    argv: [],
    execArgv: [],
    stdout: true,
    stderr: true,
    resourceLimits: {
      maxOldGenerationSizeMb: settings.memoryMiB,
      maxYoungGenerationSizeMb: YOUNG_GENERATION_MIB,
    },
  });
  const ends = [
    new Promise((resolve) => thread.once("exit", resolve)),
    eachLine(thread.stdout, (text) => onLog({ functionName, stream: "stdout", text })),
    eachLine(thread.stderr, (text) => onLog({ functionName, stream: "stderr", text })),
  ];
  return { thread, closed: Promise.all(ends).then(() => undefined) };
};
