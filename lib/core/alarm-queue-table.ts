import { ALARM_METRICS } from "./alarm-metrics.ts";
import { type AlarmedType, type AlarmSpec, ANY_AT_ALL } from "./alarm-spec.ts";

const DAY_SECONDS = 86_400;

/**
 * The alarms of each job type.
 *
 * Those of something that comes and goes look back 15 minutes, and so stay in ALARM for as long after the last of it:
 * one page for one trouble.
 */
export const QUEUE_ALARMS: readonly AlarmSpec<AlarmedType>[] = [
  {
    id: "jobs-dying",
    ...ANY_AT_ALL,
    metrics: { dead: ALARM_METRICS.jobsDead },
    datapoints: 1,
    periods: 15,
    means: ({ type }) =>
      `Jobs of ${type} have ended dead: out of attempts, or with an error that no retry mends. Their records keep input, attempts and error; redrive them once the cause is gone.`,
    next: ({ call }, { type }) => call("GET", `/jobs?status=dead&type=${type}`),
  },
  {
    id: "oldest-job-fast",
    ...ANY_AT_ALL,
    metrics: { age: ALARM_METRICS.oldestAge },
    threshold: {
      words: "2 × targetWaitSeconds + timeoutSeconds",
      of: ({ settings }) => 2 * settings.targetWaitSeconds + settings.timeoutSeconds,
    },
    datapoints: 5,
    periods: 5,
    pages: "unlessPausedByHand",
    means: ({ type, settings }) =>
      `Jobs of ${type} have waited more than twice the target of ${settings.targetWaitSeconds} s for five minutes. Either they come faster than they are worked off, or the queue is held back: its state and reason say which.`,
    next: ({ call }) => call("GET", "/queues"),
  },
  {
    id: "oldest-job-slow",
    ...ANY_AT_ALL,
    metrics: { age: ALARM_METRICS.oldestAge },
    threshold: {
      words: "targetWaitSeconds + timeoutSeconds",
      of: ({ settings }) => settings.targetWaitSeconds + settings.timeoutSeconds,
    },
    datapoints: 12,
    periods: 15,
    pages: "unlessPausedByHand",
    means: ({ type, settings }) =>
      `Jobs of ${type} have waited more than the target of ${settings.targetWaitSeconds} s for most of a quarter of an hour. The backlog does not go away by itself: see the queue's limit, concurrency, state and reason.`,
    next: ({ call }) => call("GET", "/queues"),
  },
  {
    id: "saturated",
    ...ANY_AT_ALL,
    metrics: { running: ALARM_METRICS.running, visible: ALARM_METRICS.visible, limit: ALARM_METRICS.limit },
    // A queue that is open has no metric Limit: what it may reach then is the stage's ceiling.
    expression: (ceiling) => `(running >= FILL(limit, ${ceiling})) * (DIFF(visible) > 0)`,
    datapoints: 10,
    periods: 15,
    pages: "unlessPausedByHand",
    means: ({ type }) =>
      `${type} runs at its limit and its backlog still grows. If the state is limited, the downstream takes no more; if it is open, raise the stage's maxConcurrency and deploy.`,
    next: ({ call }) => call("GET", "/queues"),
  },
  {
    id: "queue-paused",
    ...ANY_AT_ALL,
    metrics: { paused: ALARM_METRICS.paused },
    datapoints: 2,
    periods: 15,
    pages: "unlessPausedByHand",
    means: ({ type }) =>
      `${type} is paused: nearly all attempts met pressure or ran out of time, so the downstream is taken to be down. Jobs wait without losing attempts, and the scaler reopens the queue by itself: look at the downstream.`,
    next: ({ call }) => call("GET", "/queues"),
  },
  {
    id: "paused-by-hand",
    ...ANY_AT_ALL,
    metrics: { paused: ALARM_METRICS.paused, byHand: ALARM_METRICS.byHand },
    expression: () => "paused * byHand",
    datapoints: 1,
    periods: 15,
    pages: "never",
    means: ({ type }) =>
      `Somebody has paused ${type}, so its age, saturation and pause notify nobody until 15 minutes after the end of the pause. Lift it when you are done.`,
    next: ({ call }, { type }) => call("POST", `/queues/${type}/resume`),
  },
  {
    id: "control-forgotten",
    ...ANY_AT_ALL,
    metrics: { byHand: ALARM_METRICS.byHand },
    periodSeconds: 300,
    datapoints: 12,
    periods: 12,
    means: ({ type }) =>
      `A pause or a limit that somebody set for ${type} has stood for an hour, and nothing else lifts it. GET /queues shows it as manual, with its time; lift it if it was forgotten.`,
    next: ({ call }, { type }) => call("POST", `/queues/${type}/resume`),
  },
  {
    id: "retention-at-risk",
    ...ANY_AT_ALL,
    metrics: { age: ALARM_METRICS.oldestAge },
    threshold: { words: "retentionDays / 2", of: ({ settings }) => (settings.retentionDays * DAY_SECONDS) / 2 },
    periodSeconds: 300,
    datapoints: 3,
    periods: 3,
    means: ({ type, settings }) =>
      `The oldest job of ${type} has waited for over half of the ${settings.retentionDays} days after which SQS drops it for good. Find out what holds the queue back; to gain time, raise its retentionDays (at most 13) and deploy.`,
    next: ({ call }) => call("GET", "/queues"),
  },
  {
    id: "dead-letters",
    ...ANY_AT_ALL,
    metrics: { deadLetters: ALARM_METRICS.deadLetters },
    datapoints: 1,
    periods: 1,
    // Six hours without a call put a queue to sleep, its metrics too: what lies there is there still.
    missing: "ignore",
    means: ({ type }) =>
      `The dead-letter queue of ${type} holds messages that are no jobs: unreadable ones, or ones that SQS gave up. No job is among them unless it was received a thousand times; they go after 14 days.`,
    next: ({ call }, { type }) => call("GET", `/queues/${type}/dead-letters`),
  },
  {
    id: "worker-throttled",
    ...ANY_AT_ALL,
    metrics: { throttles: ALARM_METRICS.workerThrottles },
    datapoints: 3,
    periods: 5,
    means: ({ type }) =>
      `Lambda has refused to start workers of ${type}, since the account's concurrency is used up. Its jobs wait; other functions of the account meet the same. Ask for a higher quota, or set maxConcurrency so that the job types fit it together.`,
    next: ({ accountLimits }) => accountLimits,
  },
];
