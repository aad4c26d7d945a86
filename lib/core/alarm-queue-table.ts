import { ALARM_METRICS } from "./alarm-metrics.ts";
import type { AlarmedType, AlarmSpec } from "./alarm-spec.ts";

const DAY_SECONDS = 86_400;
const NONE = { words: "0", of: () => 0 } as const;

/**
 * The alarms of each job type.
 *
 * Those of something that comes and goes look back 15 minutes, and so stay in ALARM for as long after the last of it:
 * one page for one trouble.
 */
export const QUEUE_ALARMS: readonly AlarmSpec<AlarmedType>[] = [
  {
    id: "jobs-dying",
    metrics: { dead: ALARM_METRICS.jobsDead },
    comparison: ">",
    threshold: NONE,
    periodSeconds: 60,
    datapoints: 1,
    periods: 15,
    missing: "notBreaching",
    pages: "always",
    means: ({ type }) =>
      `Jobs of ${type} have ended dead: out of attempts, or with an error that no retry mends. Their records keep input, attempts and error; redrive them once the cause is gone.`,
    next: ({ call }, { type }) => call("GET", `/jobs?status=dead&type=${type}`),
  },
  {
    id: "oldest-job-fast",
    metrics: { age: ALARM_METRICS.oldestAge },
    comparison: ">",
    threshold: {
      words: "2 × targetWaitSeconds + timeoutSeconds",
      of: ({ settings }) => 2 * settings.targetWaitSeconds + settings.timeoutSeconds,
    },
    periodSeconds: 60,
    datapoints: 5,
    periods: 5,
    missing: "notBreaching",
    pages: "unlessPausedByHand",
    means: ({ type, settings }) =>
      `Jobs of ${type} have waited more than twice the target of ${settings.targetWaitSeconds} s for five minutes. Either they come faster than they are worked off, or the queue is held back: its state and reason say which.`,
    next: ({ call }) => call("GET", "/queues"),
  },
  {
    id: "oldest-job-slow",
    metrics: { age: ALARM_METRICS.oldestAge },
    comparison: ">",
    threshold: {
      words: "targetWaitSeconds + timeoutSeconds",
      of: ({ settings }) => settings.targetWaitSeconds + settings.timeoutSeconds,
    },
    periodSeconds: 60,
    datapoints: 12,
    periods: 15,
    missing: "notBreaching",
    pages: "unlessPausedByHand",
    means: ({ type, settings }) =>
      `Jobs of ${type} have waited more than the target of ${settings.targetWaitSeconds} s for most of a quarter of an hour. The backlog does not go away by itself: see the queue's limit, concurrency, state and reason.`,
    next: ({ call }) => call("GET", "/queues"),
  },
  {
    id: "saturated",
    metrics: { running: ALARM_METRICS.running, visible: ALARM_METRICS.visible, limit: ALARM_METRICS.limit },
    // A queue that is open has no metric Limit: what it may reach then is the stage's ceiling.
    expression: (ceiling) => `(running >= FILL(limit, ${ceiling})) * (DIFF(visible) > 0)`,
    comparison: ">",
    threshold: NONE,
    periodSeconds: 60,
    datapoints: 10,
    periods: 15,
    missing: "notBreaching",
    pages: "unlessPausedByHand",
    means: ({ type }) =>
      `${type} runs at its limit and its backlog still grows. If the state is limited, the downstream takes no more; if it is open, raise maxConcurrency in bin/stages.ts and deploy.`,
    next: ({ call }) => call("GET", "/queues"),
  },
  {
    id: "queue-paused",
    metrics: { paused: ALARM_METRICS.paused },
    comparison: ">",
    threshold: NONE,
    periodSeconds: 60,
    datapoints: 2,
    periods: 15,
    missing: "notBreaching",
    pages: "unlessPausedByHand",
    means: ({ type }) =>
      `${type} is paused: nearly all attempts met pressure or ran out of time, so the downstream is taken to be down. Jobs wait without losing attempts, and the scaler reopens the queue by itself: look at the downstream.`,
    next: ({ call }) => call("GET", "/queues"),
  },
  {
    id: "paused-by-hand",
    metrics: { paused: ALARM_METRICS.paused, byHand: ALARM_METRICS.byHand },
    expression: () => "paused * byHand",
    comparison: ">",
    threshold: NONE,
    periodSeconds: 60,
    datapoints: 1,
    periods: 15,
    missing: "notBreaching",
    pages: "never",
    means: ({ type }) =>
      `Somebody has paused ${type}, so its age, saturation and pause notify nobody until 15 minutes after the end of the pause. Lift it when you are done.`,
    next: ({ call }, { type }) => call("POST", `/queues/${type}/resume`),
  },
  {
    id: "control-forgotten",
    metrics: { byHand: ALARM_METRICS.byHand },
    comparison: ">",
    threshold: NONE,
    periodSeconds: 300,
    datapoints: 12,
    periods: 12,
    missing: "notBreaching",
    pages: "always",
    means: ({ type }) =>
      `A pause or a limit that somebody set for ${type} has stood for an hour, and nothing else lifts it. GET /queues shows it as manual, with its time; lift it if it was forgotten.`,
    next: ({ call }, { type }) => call("POST", `/queues/${type}/resume`),
  },
  {
    id: "retention-at-risk",
    metrics: { age: ALARM_METRICS.oldestAge },
    comparison: ">",
    threshold: { words: "retentionDays / 2", of: ({ settings }) => (settings.retentionDays * DAY_SECONDS) / 2 },
    periodSeconds: 300,
    datapoints: 3,
    periods: 3,
    missing: "notBreaching",
    pages: "always",
    means: ({ type, settings }) =>
      `The oldest job of ${type} has waited for over half of the ${settings.retentionDays} days after which SQS drops it for good. Find out what holds the queue back; to gain time, raise retentionDays (at most 13) in bin/stages.ts and deploy.`,
    next: ({ call }) => call("GET", "/queues"),
  },
  {
    id: "dead-letters",
    metrics: { deadLetters: ALARM_METRICS.deadLetters },
    comparison: ">",
    threshold: NONE,
    periodSeconds: 60,
    datapoints: 1,
    periods: 1,
    // Six hours without a call put a queue to sleep, its metrics too: what lies there is there still.
    missing: "ignore",
    pages: "always",
    means: ({ type }) =>
      `The dead-letter queue of ${type} holds messages that are no jobs: unreadable ones, or ones that SQS gave up. No job is among them unless it was received a thousand times; they go after 14 days.`,
    next: ({ call }, { type }) => call("GET", `/queues/${type}/dead-letters`),
  },
  {
    id: "worker-throttled",
    metrics: { throttles: ALARM_METRICS.workerThrottles },
    comparison: ">",
    threshold: NONE,
    periodSeconds: 60,
    datapoints: 3,
    periods: 5,
    missing: "notBreaching",
    pages: "always",
    means: ({ type }) =>
      `Lambda has refused to start workers of ${type}, since the account's concurrency is used up. Its jobs wait; other functions of the account meet the same. Ask for a higher quota, or set maxConcurrency so that the job types fit it together.`,
    next: ({ accountLimits }) => accountLimits,
  },
];
