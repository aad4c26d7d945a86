import type { AttemptContext, RunEnd } from "./run-job.ts";

/** The last argument of a thread that runs attempts: an embedded run loads functions inside threads, too. */
export const APART_ARGUMENT = "sluice-apart";

/** Tells a thread that runs attempts by its arguments: asking `node:worker_threads` would cost each cold start 3 ms. */
export const isApart = (argv: readonly string[]): boolean => argv.at(-1) === APART_ARGUMENT;

export type ToApart =
  | {
      readonly kind: "run";
      readonly input: unknown;
      readonly context: Omit<AttemptContext, "log">;
      readonly limitMs: number;
      /** When the attempt has to be over, in milliseconds since the epoch. */
      readonly endsByMs: number | undefined;
    }
  | { readonly kind: "cancel" };

export type FromApart =
  /** The attempt's time begins. */
  | { readonly kind: "started"; readonly limitMs: number }
  | { readonly kind: "log"; readonly event: string /** JSON. */; readonly fields: string }
  /** The handler has measured a call. */
  | { readonly kind: "called"; readonly durationMs: number }
  | {
      readonly kind: "ended";
      /** Without a result, which a thread cannot hand over as it is. */
      readonly end: RunEnd;
      /** JSON; undefined where there is none. */
      readonly result: string | undefined;
      /** The handler has come to an end and left nothing behind that still runs: the thread can run the next one. */
      readonly isClean: boolean;
    };
