import { getHeapStatistics } from "node:v8";
import * as z from "zod";
import type { JobContext, Run } from "../../../lib/core/job-type.ts";
import { Permanent, Throttled } from "../../../lib/core/outcome.ts";

export const retry = { attempts: 3, baseSeconds: 0 };

const never = (): Promise<never> => new Promise(() => undefined);

const untilAborted = ({ signal }: JobContext): Promise<void> =>
  new Promise((resolve) => signal.addEventListener("abort", () => resolve(), { once: true }));

const throttledIds = new Set<string>();

const WAYS = {
  succeed: async ({ attempt }) => ({ how: "succeed", attempt }),
  /** Tells what it was told, and how far its heap may grow. */
  tell: async ({ signal, log, remainingMs, environment, ...job }) => {
    log("misbehave.told", { at: new Date(0), dropped: () => undefined });
    const { COLOUR } = environment;
    const heapMiB = getHeapStatistics().heap_size_limit / 2 ** 20;
    return { ...job, COLOUR, remainingMs: remainingMs(), isAborted: signal.aborted, heapMiB };
  },
  transient: async () => {
    throw new TypeError("no answer");
  },
  permanent: async () => {
    throw new Permanent("no such account");
  },
  /** Only at the first claim. */
  throttled: async ({ id, attempt }) => {
    if (throttledIds.has(id)) return { how: "throttled", attempt };
    throttledIds.add(id);
    throw new Throttled({ retryAfterSeconds: 1 });
  },
  /** Only at the first attempt. */
  crash: async ({ attempt }) => (attempt === 1 ? process.exit(1) : { how: "crash", attempt }),
  exit: async () => process.exit(3),
  allocate: async () => {
    const kept: object[] = [];
    // Each is far smaller than any heap, and takes no time to make.
    for (;;) kept.push(new Array(100_000).fill(kept.length));
  },
  "block-cpu": async () => {
    for (;;);
  },
  "ignore-signal": never,
  "throw-outside": () => {
    setTimeout(() => {
      throw new RangeError("out of bounds");
    }, 1);
    return never();
  },
  "reject-outside": () => {
    void Promise.reject(new RangeError("out of bounds"));
    return never();
  },
  /** Gives up when it is told to. */
  wait: async (job) => {
    await untilAborted(job);
    throw job.signal.reason;
  },
  /** Brings its result although it is told to give up. */
  "finish-anyway": async (job) => {
    await untilAborted(job);
    return { how: "finish-anyway" };
  },
  "leave-timer": async () => {
    setInterval(() => undefined, 1_000);
    return { how: "leave-timer" };
  },
  /** Measures two calls, of which one fails. */
  measure: async ({ measure }) => {
    const failed = await measure(() => Promise.reject(new Error("no answer"))).catch(({ message }: Error) => message);
    return { how: await measure(async () => "measure"), failed };
  },
  "measure-and-exit": async ({ measure }) => {
    await measure(async () => "measured");
    process.exit(3);
  },
  print: async () => console.log("printed"),
  "return-a-cycle": async () => {
    const cycle: Record<string, unknown> = {};
    cycle.self = cycle;
    return cycle;
  },
  "return-nothing": async () => undefined,
} satisfies Record<string, (job: JobContext) => Promise<unknown>>;

export const input = z.strictObject({ how: z.enum(Object.keys(WAYS) as (keyof typeof WAYS)[]) });

/** Ends as it is told, or does not; says first that it runs. */
export const run: Run<typeof input> = ({ how }, job) => {
  job.log("misbehave.runs", { how });
  return WAYS[how](job);
};
