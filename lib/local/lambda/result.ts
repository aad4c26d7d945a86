/** An error as Lambda tells it: what a caller gets for a failed invocation. */
export type FunctionError = {
  readonly errorType: string;
  readonly errorMessage: string;
  readonly trace: readonly string[];
};

/** What came of an invocation. */
export type InvocationResult =
  | { readonly kind: "succeeded" /** JSON. */; readonly payload: string }
  | { readonly kind: "failed"; readonly error: FunctionError }
  /** There was no concurrency for it: `TooManyRequestsException`, 429. */
  | { readonly kind: "throttled" };
