import { describeError } from "../../lib/core/outcome.ts";
import { startFailed } from "./apart-start-failed.ts";
import type { ApartOptions, ApartThread } from "./apart-thread.ts";
import type { AttemptContext, RunEnd } from "./run-job.ts";

/** Runs one attempt as `runJob` does, in a thread of its own: what would end the environment ends only the thread. */
export type RunApart = (input: unknown, context: AttemptContext, options: ApartOptions) => Promise<RunEnd>;

export type ApartSettings = {
  /** The function's memory. */
  readonly memoryMiB: number;
  /** What a thread loads: a module that calls `serveWorker`. */
  readonly source: URL;
};

/**
 * What the environment needs besides the heap of an attempt that runs apart, as measured: 105 MiB with the clients.
 *
 * Where that leaves less than half, an attempt gets half, which may be more than there is.
 */
const RUNTIME_MIB = 112;

/**
 * Returns what runs attempts apart; it starts no thread before the first.
 *
 * A thread whose last attempt left nothing behind runs the next; after any other it is ended. Two things still end the
 * environment: too much memory outside of the heap (`Buffer` and the like), and one single thing that is larger than
 * the heap. So does `process.kill`.
 */
export const runApart = ({ memoryMiB, source }: ApartSettings): RunApart => {
  const heapMiB = Math.max(Math.ceil(memoryMiB / 2), memoryMiB - RUNTIME_MIB);
  let idle: ApartThread | undefined;

  const take = (Thread: typeof ApartThread): ApartThread => {
    const thread = idle ?? open(Thread);
    idle = undefined;
    return thread;
  };
  const open = (Thread: typeof ApartThread): ApartThread => {
    const thread: ApartThread = new Thread({
      source,
      heapMiB,
      onExit: () => {
        if (idle === thread) idle = undefined;
      },
    });
    return thread;
  };

  return async (input, context, options) => {
    try {
      // Lazily: what threads take of Node would cost each cold start 3 ms.
      const { ApartThread } = await import("./apart-thread.ts");
      if (options.cancelled?.aborted === true) return { kind: "cancelled" };
      const thread = take(ApartThread);
      const end = await thread.run(input, context, options);
      if (thread.isReusable && idle === undefined) idle = thread;
      else await thread.stop(options.clock);
      return end;
    } catch (thrown) {
      return { kind: "transient", error: startFailed(describeError(thrown).message) };
    }
  };
};
