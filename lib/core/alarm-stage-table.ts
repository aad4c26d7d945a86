import { ALARM_METRICS } from "./alarm-metrics.ts";
import { type AlarmedStage, type AlarmSpec, ANY_AT_ALL } from "./alarm-spec.ts";

const SLOW_MS = 3_000;

/** The alarms that each stage has once. */
export const STAGE_ALARMS: readonly AlarmSpec<AlarmedStage>[] = [
  {
    id: "api-throttled",
    ...ANY_AT_ALL,
    metrics: { throttles: ALARM_METRICS.apiThrottles },
    datapoints: 1,
    periods: 5,
    means: ({ stage }) =>
      `Lambda has refused to start the api function of stage ${stage}, since the account's concurrency is used up: clients were answered 503 and their jobs were not taken. Ask for a higher quota, or lower maxConcurrency to leave room for the api.`,
    next: ({ accountLimits }) => accountLimits,
  },
  {
    id: "api-failing",
    ...ANY_AT_ALL,
    metrics: { errors: ALARM_METRICS.apiErrors },
    datapoints: 3,
    periods: 5,
    means: ({ stage }) =>
      `The API of stage ${stage} has answered 5xx in three of five minutes. A submission that got a 5xx may not be in the queue: clients should repeat it with the same Idempotency-Key.`,
    next: ({ apiLog }) => apiLog,
  },
  {
    id: "api-slow",
    ...ANY_AT_ALL,
    metrics: { latency: ALARM_METRICS.apiLatency },
    threshold: { words: `${SLOW_MS} ms`, of: () => SLOW_MS },
    datapoints: 5,
    periods: 10,
    means: ({ stage }) =>
      `One request in a hundred takes the API of stage ${stage} more than 3 seconds. The function's log has the duration of each call; cold starts alone take less.`,
    next: ({ apiLog }) => apiLog,
  },
  {
    id: "table-reads-throttled",
    ...ANY_AT_ALL,
    metrics: { throttles: ALARM_METRICS.tableReadThrottles },
    datapoints: 3,
    periods: 5,
    means: ({ stage }) =>
      `DynamoDB refuses reads of the table of stage ${stage}. The functions try again, so requests get slow before they fail. A table billed by request doubles within half an hour; a single key does not: see what reads so much.`,
    next: ({ describeTable }) => describeTable,
  },
  {
    id: "table-writes-throttled",
    ...ANY_AT_ALL,
    metrics: { throttles: ALARM_METRICS.tableWriteThrottles },
    datapoints: 3,
    periods: 5,
    means: ({ stage }) =>
      `DynamoDB refuses writes to the table of stage ${stage}: more jobs start and end than it takes now (4,000 writes a second when new, double its former peak later). No job is lost; lower maxConcurrency if it lasts longer than half an hour.`,
    next: ({ describeTable }) => describeTable,
  },
  {
    id: "scaler-stopped",
    ...ANY_AT_ALL,
    metrics: { runs: ALARM_METRICS.scalerRuns },
    comparison: "<",
    threshold: { words: "1", of: () => 1 },
    datapoints: 5,
    periods: 5,
    missing: "breaching",
    pages: "onceScalerRan",
    means: ({ stage }) =>
      `The scaler of stage ${stage} has not run for five minutes, though its schedule starts it every minute. Limits and pauses stay as they are: a paused queue does not reopen. Run it by hand to see whether it can.`,
    next: ({ runScaler }) => runScaler,
  },
  {
    id: "scaler-failing",
    ...ANY_AT_ALL,
    metrics: { errors: ALARM_METRICS.scalerErrors },
    datapoints: 3,
    periods: 5,
    // Has no state until the scaler has run once, and keeps it: `onceScalerRan` goes by that.
    missing: "ignore",
    means: ({ stage }) =>
      `The scaler of stage ${stage} runs and fails, so limits and pauses stay as they are: a paused queue does not reopen. Its log says why.`,
    next: ({ scalerLog }) => scalerLog,
  },
];
