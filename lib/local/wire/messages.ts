import type { AlarmSettings } from "../alarm-settings.ts";
import type { AlarmChange, AlarmNotice } from "../alarms.ts";
import type { MetricPoint } from "../metric-point.ts";
import type { LambdaOperation } from "./lambda-operation.ts";

/** What the main thread asks the store's thread to do. */
export type StoreRequest =
  | { readonly kind: "receive"; readonly queueName: string; readonly maxMessages: number; readonly waitMs: number }
  | { readonly kind: "delete"; readonly queueName: string; readonly receiptHandles: readonly string[] }
  /** Passes over a time, in a run whose time can be moved. */
  | { readonly kind: "pass"; readonly ms: number }
  | { readonly kind: "stop" };

export type ToStore =
  | { readonly kind: "request"; readonly id: number; readonly request: StoreRequest }
  /** Ends all receives that wait: they answer with what there is. */
  | { readonly kind: "wake" }
  | { readonly kind: "metrics"; readonly points: readonly MetricPoint[] }
  | { readonly kind: "alarms"; readonly alarms: readonly AlarmSettings[] }
  | { readonly kind: "lambda-answer"; readonly id: number; readonly answer: LambdaAnswer }
  | { readonly kind: "end-faults" };

export type FromStore =
  | { readonly kind: "listening"; readonly port: number; readonly found: FoundData | undefined }
  /** A hint tells an error that a person can mend. */
  | { readonly kind: "failed"; readonly code: string; readonly message: string; readonly hint: string | undefined }
  | { readonly kind: "answer"; readonly id: number; readonly messages: readonly QueueMessage[] }
  | { readonly kind: "refusal"; readonly id: number; readonly message: string }
  | { readonly kind: "depths"; readonly depths: readonly QueueDepth[] }
  | { readonly kind: "alarm-changed"; readonly change: AlarmChange }
  | { readonly kind: "alarm-notice"; readonly notice: AlarmNotice }
  /** Functions and mappings live in the main thread: what comes off the wire for them is answered there. */
  | { readonly kind: "lambda-call"; readonly id: number; readonly call: LambdaCall }
  /** Where a fault plan asks for it: something went wrong, or an environment dies. */
  | { readonly kind: "fault"; readonly name: string; readonly where: string }
  | { readonly kind: "crash"; readonly environment: string };

/** A call of Lambda's that came off the wire. */
export type LambdaCall = {
  readonly operation: LambdaOperation;
  /** What path, query and headers say, by Lambda's names. */
  readonly parameters: Readonly<Record<string, string>>;
  readonly body: string;
};

export type LambdaAnswer = {
  readonly status: number;
  readonly headers: Readonly<Record<string, string>>;
  readonly body: string;
};

/** How much an earlier run left in the data folder. */
export type FoundData = { readonly messages: number; readonly objects: number; readonly records: number };

/** A received message. */
export type QueueMessage = {
  readonly messageId: string;
  readonly receiptHandle: string;
  readonly body: string;
  readonly md5OfBody: string;
  readonly md5OfMessageAttributes?: string | undefined;
  /** As SQS names them: `SentTimestamp`, `ApproximateReceiveCount`, … */
  readonly attributes: Readonly<Record<string, string>>;
  readonly messageAttributes: Readonly<Record<string, MessageAttribute>>;
};

export type MessageAttribute = {
  readonly DataType: string;
  readonly StringValue?: string;
  readonly BinaryValue?: string;
};

/** How many messages a queue holds. */
export type QueueDepth = {
  readonly queueName: string;
  readonly visible: number;
  readonly inFlight: number;
  readonly delayed: number;
  /** When the oldest message was sent, as far as the queue can tell cheaply; none when it is empty. */
  readonly oldestSentAtMs: number | undefined;
};
