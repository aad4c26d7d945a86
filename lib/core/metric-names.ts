/** The metrics that functions print into their logs (embedded metric format), with {@link METRIC_DIMENSIONS}. */
export const METRICS_NAMESPACE = "Sluice";
export const METRIC_DIMENSIONS = ["stage", "jobType"] as const;

export const METRICS = {
  /** By a worker, when jobs have ended dead: how many. */
  jobsDead: "JobsDead",
  /** By the scaler, of a queue that is not open: its limit. */
  limit: "Limit",
  /** By the scaler, of a queue that is not open: 1 while it is paused, else 0. */
  paused: "Paused",
  /** By the scaler, of a queue for which something is set by hand: 1. */
  byHand: "ByHand",
} as const;
