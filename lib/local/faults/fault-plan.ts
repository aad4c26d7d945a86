/**
 * What goes wrong in a run, on purpose. It is plain data, so that it can go to the thread that holds the run's data.
 *
 * Only what the app's own functions and event source mappings do is disturbed: not the deployment, and no client of yours.
 */
export type FaultPlan = {
  /** The same seed draws the same numbers in the same order; which call meets which draw is up to the machine. */
  readonly seed: number;
  readonly faults: readonly Fault[];
};

export type Fault = CallFault | MessageFault | MappingFault | InvocationFault | EnvironmentFault;

type Named = {
  /** The name under which it is counted; several faults may share one. */
  readonly name: string;
  /** How often it happens where it can, from 0 to 1. */
  readonly rate: number;
};

/** Disturbs calls of AWS's services by functions. */
export type CallFault = Named & {
  readonly at: "call";
  /** Starts of `X-Amz-Target`, of `S3 <method>` or of `Lambda <operation>`. */
  readonly calls: readonly string[];
  /** Only calls whose body this regular expression matches. @default - any */
  readonly bodyMatches?: string;
  readonly does: CallEffect;
};

export type CallEffect =
  /** The service refuses, and does nothing. */
  | { readonly kind: "refuse"; readonly status: number; readonly code: string }
  /** The service is slow: in doing, or in answering. */
  | { readonly kind: "delay"; readonly leastMs: number; readonly mostMs: number }
  /** The service does it, and the connection breaks before the answer. */
  | { readonly kind: "lose-answer" }
  /** The caller's environment dies; the service never sees the call. */
  | { readonly kind: "crash-before" }
  /** The service does it, and the caller's environment dies before it gets the answer. */
  | { readonly kind: "crash-after" }
  /** The caller's environment dies, and its call comes late: after a call about the same DynamoDB key whose body this regular expression matches. */
  | { readonly kind: "hold"; readonly untilBodyMatches: string };

/** Disturbs messages that an event source mapping has received. */
export type MessageFault = Named & {
  readonly at: "message";
  /** Only messages whose body this regular expression matches. @default - any */
  readonly bodyMatches?: string;
  /** `duplicate`: it is delivered a second time; `reappear`: its visibility time-out ends early. */
  readonly does: "duplicate" | "reappear";
  /** How long after it was received, at most. */
  readonly withinMs: number;
};

/** Lets a receive or a delete of an event source mapping fail. */
export type MappingFault = Named & { readonly at: "receive" | "delete" };

/** The environment dies when an event source mapping's invocation is done: the mapping does not learn its answer. */
export type InvocationFault = Named & { readonly at: "answer" };

/** The clock of an environment is wrong by a constant of up to so much, either way; Lambda's deadline is not. */
export type EnvironmentFault = Named & { readonly at: "environment"; readonly clockOffByMs: number };

/** Returns the plan's faults of one place. */
export const faultsAt = <Place extends Fault["at"]>(
  { faults }: FaultPlan,
  place: Place,
): readonly Extract<Fault, { readonly at: Place }>[] =>
  faults.filter((fault): fault is Extract<Fault, { readonly at: Place }> => fault.at === place);
