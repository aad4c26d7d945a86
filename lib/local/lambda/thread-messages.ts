import type { PassedTime } from "../movable-clock.ts";
import type { FunctionError } from "./result.ts";

/** What a thread is told when it starts. */
export type ThreadData = {
  readonly handlerUrl: string;
  readonly handlerName: string;
  readonly functionName: string;
  readonly functionArn: string;
  readonly memoryMiB: number;
  readonly logGroupName: string;
  readonly logStreamName: string;
  /** By how much the function's clock is wrong, where somebody asked for that. */
  readonly clockOffMs: number | undefined;
  /** What the function's clock adds to this machine's, in a run whose time can be moved. */
  readonly passed: PassedTime | undefined;
};

export type ToThread = {
  readonly requestId: string;
  /** JSON. */
  readonly payload: string;
  /** When the function is killed, in milliseconds since 1970. */
  readonly deadlineMs: number;
};

export type FromThread =
  | { readonly kind: "ready"; readonly initMs: number }
  | { readonly kind: "init-failed"; readonly error: FunctionError }
  | { readonly kind: "succeeded"; readonly payload: string }
  | { readonly kind: "failed"; readonly error: FunctionError }
  /** An error that no handler caught: the thread ends after it. */
  | { readonly kind: "crashed"; readonly error: FunctionError };
