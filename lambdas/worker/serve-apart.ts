import { type MessagePort, parentPort } from "node:worker_threads";
import type { JobLog, JobTypeModule } from "../../lib/core/job-type.ts";
import type { Clock } from "../shared/ports.ts";
import type { FromApart, ToApart } from "./apart-messages.ts";
import { type RunOptions, runJob } from "./run-job.ts";

/** Runs the attempts that come over this thread's port, one at a time; those that came before wait there. */
export const serveApart = (module: JobTypeModule, clock: Clock): void => {
  const port = parentPort;
  if (port === null) return;
  let cancel = new AbortController();
  port.on("message", async (message: ToApart) => {
    if (message.kind === "cancel") {
      cancel.abort();
      return;
    }
    cancel = new AbortController();
    const { limitMs: wishedMs, endsByMs } = message;
    const limitMs = endsByMs === undefined ? wishedMs : Math.max(0, Math.min(wishedMs, endsByMs - clock.nowMs()));
    send(port, { kind: "started", limitMs });
    const onCall = (durationMs: number): void => send(port, { kind: "called", durationMs });
    send(port, await run(port, module, message, { limitMs, clock, cancelled: cancel.signal, onCall }));
  });
};

const run = async (
  port: MessagePort,
  module: JobTypeModule,
  { input, context }: ToApart & { readonly kind: "run" },
  options: RunOptions,
): Promise<FromApart> => {
  const activeBefore = activeResources();
  let isOver = true;
  const watched: JobTypeModule = {
    ...module,
    run: async (value, job) => {
      isOver = false;
      try {
        return await module.run(value, job);
      } finally {
        isOver = true;
      }
    },
  };
  const end = await runJob(watched, input, { ...context, log: logOver(port) }, options);
  await untilIdle();
  const isClean = isOver && activeResources() <= activeBefore;
  if (end.kind !== "succeeded") return { kind: "ended", end, result: undefined, isClean };
  return { kind: "ended", end: { ...end, result: undefined }, result: JSON.stringify(end.result), isClean };
};

// As text: fields may hold what JSON leaves out and a port refuses.
const logOver =
  (port: MessagePort): JobLog =>
  (event, fields = {}) =>
    send(port, { kind: "log", event, fields: JSON.stringify(fields) });

/** How many timers, sockets and the like keep the thread alive; ports are its own, to hear orders and to print. */
const activeResources = (): number => process.getActiveResourcesInfo().filter((name) => name !== "MessagePort").length;

/** What the handler ended with is over one turn later, and no longer counts as something that it left. */
const untilIdle = (): Promise<void> => new Promise((resolve) => setImmediate(resolve));

const send = (port: MessagePort, message: FromApart): void => port.postMessage(message);
