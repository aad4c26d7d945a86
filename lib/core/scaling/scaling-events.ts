import type { ProbeResult } from "./queue-scaling.ts";

/** What the scaler invokes a worker function with, to learn whether its downstream is back. */
export type ProbeEvent = { readonly probe: true };

/** What the worker function answers. */
export type ProbeAnswer = { readonly probe: Exclude<ProbeResult, "unknown"> };

/** The longest that a worker function takes to answer a {@link ProbeEvent}, in milliseconds, once it has started. */
export const PROBE_MS = 10_000;

/** What a pressed worker invokes the scaler with, so that it looks now. */
export type WakeEvent = {
  /** The job type. */
  readonly wake: string;
};
