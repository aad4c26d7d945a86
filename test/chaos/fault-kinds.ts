import type { Fault, FaultPlan } from "../../lib/local/faults/fault-plan.ts";
import { SLOW_SHARE } from "./planned-jobs.ts";

/** The calls by which a worker claims and settles a job, told from others by what they write as the record's status. */
const CLAIM = String.raw`":status":\{"S":"running"\}`;
const SETTLE = String.raw`":status":\{"S":"(?!running)`;
/** A message of a job that takes a while. */
const SLOW = "/slow/";
const UPDATE = ["DynamoDB_20120810.UpdateItem"];

const DYNAMODB = ["DynamoDB_"];
const SQS = ["AmazonSQS."];
const S3 = ["S3 "];

/** Occasions of each sort that one job brings, more or less. */
const OCCASIONS = { claim: 1, dynamoDb: 2, sqs: 0.3, batch: 0.19, message: 1.1, slow: SLOW_SHARE } as const;

/** How often each fault is wanted in a campaign of this many jobs: the least that counts, and what is aimed at. */
export const wantedFaults = (jobs: number): { readonly least: number; readonly aim: number } => ({
  least: Math.max(3, Math.floor(jobs / 1_000)),
  aim: Math.max(15, Math.ceil(jobs / 750)),
});

/** Faults whose number the campaign does not choose: each environment has a wrong clock. */
export const CLOCK_SKEW = "clock-skew";

/** What the environment's clocks are off by at most: any two differ by up to twice that. */
const CLOCK_OFF_MS = 1_000;

/** Returns the faults of a campaign. @param seed another for each life of the process */
export const faultPlan = (jobs: number, seed: number): FaultPlan => {
  const { aim } = wantedFaults(jobs);
  /** The rate at which so many of a campaign's occasions meet the fault. */
  const rate = (occasion: keyof typeof OCCASIONS, times = 1): number =>
    Math.min(0.5, (times * aim) / (OCCASIONS[occasion] * jobs));
  const crash = (name: string, bodyMatches: string, kind: "crash-before" | "crash-after"): Fault => {
    return { at: "call", name, rate: rate("claim"), calls: UPDATE, bodyMatches, does: { kind } };
  };
  const faults: readonly Fault[] = [
    crash("crash-before-claim", CLAIM, "crash-before"),
    crash("crash-after-claim", CLAIM, "crash-after"),
    crash("crash-after-run", SETTLE, "crash-before"),
    {
      at: "call",
      name: "late-write",
      // A kill of the process forgets those that are held.
      rate: rate("claim", 1.3),
      calls: UPDATE,
      bodyMatches: SETTLE,
      does: { kind: "hold", untilBodyMatches: CLAIM },
    },
    { at: "answer", name: "crash-before-delete", rate: rate("batch") },
    ...onCalls("service-error", { kind: "refuse", status: 500, code: "InternalServerError" }, (on) => rate(on, 0.6)),
    ...onCalls("service-throttle", { kind: "refuse", status: 400, code: "ThrottlingException" }, (on) => rate(on, 0.6)),
    ...onCalls("slow-answer", { kind: "delay", leastMs: 100, mostMs: 6_000 }, (on) => rate(on, 0.6)),
    ...onCalls("lost-answer", { kind: "lose-answer" }, (on) => rate(on, 0.7)),
    { at: "receive", name: "failed-receive", rate: rate("batch") },
    { at: "delete", name: "failed-delete", rate: rate("batch") },
    { at: "message", name: "duplicate-delivery", rate: rate("message"), does: "duplicate", withinMs: 50 },
    { at: "message", name: "early-visibility", rate: rate("message"), does: "reappear", withinMs: 60 },
    // Most jobs are over before a second delivery can meet them: these are not.
    {
      at: "message",
      name: "duplicate-delivery",
      rate: rate("slow"),
      bodyMatches: SLOW,
      does: "duplicate",
      withinMs: 50,
    },
    {
      at: "message",
      name: "early-visibility",
      rate: rate("slow"),
      bodyMatches: SLOW,
      does: "reappear",
      withinMs: 400,
    },
    { at: "environment", name: CLOCK_SKEW, rate: 1, clockOffByMs: CLOCK_OFF_MS },
  ];
  return { seed, faults };
};

/** One sort of fault on the calls of all three services. */
const onCalls = (
  name: string,
  does: Extract<Fault, { at: "call" }>["does"],
  rate: (occasion: "dynamoDb" | "sqs") => number,
): readonly Fault[] => [
  { at: "call", name, rate: rate("dynamoDb"), calls: DYNAMODB, does },
  { at: "call", name, rate: rate("sqs"), calls: SQS, does },
  { at: "call", name, rate: 0.05, calls: S3, does: throttleOfS3(does) },
];

const throttleOfS3 = (does: Extract<Fault, { at: "call" }>["does"]): Extract<Fault, { at: "call" }>["does"] =>
  does.kind === "refuse" && does.status === 400 ? { kind: "refuse", status: 503, code: "SlowDown" } : does;

/** Returns the names of all faults of a campaign, in the order in which a report tells them. */
export const faultNames = (): readonly string[] => [...new Set(faultPlan(1_000, 0).faults.map(({ name }) => name))];
