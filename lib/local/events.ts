import type { AlarmState } from "./alarm-state.ts";

/** A line that a function printed. */
export type LocalLog = {
  readonly functionName: string;
  readonly stream: "stdout" | "stderr";
  readonly text: string;
};

/** Why an environment is gone. */
export type EnvironmentEnd =
  /** Nothing to do for a while. */
  | "idle"
  /** Another function needed its place under the account's concurrency. */
  | "evicted"
  | "timed-out"
  | "out-of-memory"
  | "crashed"
  | "init-failed"
  | "stopped";

/** What happens in a run; `atMs` is milliseconds since 1970. */
export type LocalEvent = { readonly atMs: number } & (
  | { readonly kind: "invocation-started"; readonly functionName: string; readonly requestId: string }
  | {
      readonly kind: "invocation-ended";
      readonly functionName: string;
      readonly requestId: string;
      readonly durationMs: number;
      /** Lambda's `errorType`, where the invocation failed. */
      readonly errorType: string | undefined;
    }
  | { readonly kind: "invocation-throttled"; readonly functionName: string }
  | { readonly kind: "environment-started"; readonly functionName: string; readonly initMs: number }
  | { readonly kind: "environment-ended"; readonly functionName: string; readonly reason: EnvironmentEnd }
  /** An event source mapping may run more or fewer invocations than before. */
  | {
      readonly kind: "mapping-scaled";
      readonly functionName: string;
      readonly queueName: string;
      readonly allowed: number;
    }
  /** An invocation that nobody waits for is given up. */
  | {
      readonly kind: "async-event-dropped";
      readonly functionName: string;
      readonly reason: "retries-exhausted" | "too-old";
    }
  | {
      readonly kind: "alarm-changed";
      readonly name: string;
      readonly from: AlarmState;
      readonly to: AlarmState;
      readonly reason: string;
    }
  /** An alarm told an SNS topic of its change; on AWS the subscribers would get it. */
  | {
      readonly kind: "notification-published";
      readonly topicName: string;
      readonly subscribers: readonly string[];
      readonly subject: string;
      readonly message: string;
    }
  /** A function printed metrics that CloudWatch would ignore; said once for each reason. */
  | { readonly kind: "metrics-ignored"; readonly functionName: string; readonly reason: string }
  /** Something went wrong on purpose: a fault plan asked for it. */
  | { readonly kind: "fault-injected"; readonly name: string; readonly where: string }
  /** The thread that holds the data ended by itself: the run is of no more use. */
  | { readonly kind: "store-failed"; readonly message: string }
);

/** An event before its time is known. */
export type LocalEventBody = LocalEvent extends infer Event
  ? Event extends LocalEvent
    ? Omit<Event, "atMs">
    : never
  : never;
