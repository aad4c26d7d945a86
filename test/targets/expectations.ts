/** Where a stage can stand. */
export const TARGETS = ["embedded", "emulator", "aws"] as const;
export type TargetName = (typeof TARGETS)[number];

/** Whether a case is played on a target; and where it is not, why, in words. */
export type Expectation = { readonly isExpected: true } | { readonly isExpected: false; readonly because: string };

/** One line of the table: what a stage does, and on which targets the suite expects it. */
export type ExpectationRow = {
  /** What the stage does, in the present tense. */
  readonly does: string;
  readonly on: Readonly<Record<TargetName, Expectation>>;
};

const expected: Expectation = { isExpected: true };
const not = (because: string): Expectation => ({ isExpected: false, because });

const everywhere = { embedded: expected, emulator: expected, aws: expected };
const nowhere = (because: string) => ({ embedded: not(because), emulator: not(because), aws: not(because) });
/** What needs a receiver of webhooks. */
const withReceiver = {
  embedded: expected,
  emulator: expected,
  aws: not("a function on AWS cannot reach a receiver on this machine, and the suite calls nobody else's"),
};

/** What is expected of a stage on each target: the suite plays this table, and docs/targets.md shows it. */
export const EXPECTATIONS = {
  "describes-itself": { does: "answers its OpenAPI document and its queues", on: everywhere },
  "refuses-strangers": {
    does: "refuses a request without a signature or token",
    on: {
      embedded: not("the stage `emulator`, which is played here, is open to everybody"),
      emulator: not("the stage `emulator`, which is played here, is open to everybody"),
      aws: expected,
    },
  },
  "refuses-bad-input": { does: "answers bad requests with problem details", on: everywhere },
  "runs-a-job": { does: "runs a `profile-csv` job to `succeeded`", on: everywhere },
  "delivers-a-webhook": { does: "runs a `deliver-webhook` job to `succeeded`; the event arrives", on: withReceiver },
  "tries-again": {
    does: "tries a failed delivery again, and charges no attempt for a throttled one",
    on: withReceiver,
  },
  "takes-a-batch": { does: "takes a batch of 150 jobs, reports each invalid one, loses none", on: everywhere },
  "knows-duplicates": {
    does: "makes one job of requests with the same `Idempotency-Key`; other input is refused",
    on: everywhere,
  },
  "cancels-a-waiting-job": { does: "cancels a job that waits: it never runs", on: everywhere },
  "cancels-a-running-job": { does: "cancels a job that runs", on: withReceiver },
  "buries-poison": {
    does: "ends a poison job `dead` with reason, attempts and fingerprint, and lists it",
    on: everywhere,
  },
  "buries-what-is-refused": {
    does: "ends a delivery `dead` at once when the receiver refuses it; on AWS the stage's own API refuses",
    on: everywhere,
  },
  "redrives-one": { does: "redrives one dead job by its id", on: everywhere },
  "redrives-what-was-mended": {
    does: "redrives a dead delivery, which succeeds once the receiver is mended",
    on: withReceiver,
  },
  "redrives-by-filter": { does: "redrives the dead jobs that a filter names, after a dry run", on: everywhere },
  "dead-letters-what-is-no-job": {
    does: "puts a malformed message into the dead-letter queue with its reason",
    on: everywhere,
  },
  "moves-dead-letters-back": { does: "moves a dead letter back to its queue", on: everywhere },
  "pauses-and-resumes": {
    does: "starts no job while a queue is paused, and starts it when it is resumed",
    on: everywhere,
  },
  "takes-a-limit": { does: "takes a limit set by hand, and gives it up when resumed", on: everywhere },
  "keeps-a-large-input": { does: "keeps an input over 256 KiB in the bucket, also for a redrive", on: everywhere },
  "keeps-a-large-result": {
    does: "keeps a result over 256 KiB in the bucket",
    on: nowhere("no shipped job type has a result that large; the worker's own tests play it"),
  },
  "keeps-records": {
    does: "keeps a record of each job in the table, with the time at which it expires",
    on: everywhere,
  },
  "removes-expired-records": {
    does: "has the table remove expired records",
    on: {
      embedded: not("its table (dynalite) has no time to live"),
      emulator: not("MiniStack does not read the table's time to live from the template"),
      aws: expected,
    },
  },
  scales: {
    does: "opens and closes workers with the queue's depth",
    on: {
      embedded: not("takes minutes; `npm run demo` and `npm run proofs` measure it"),
      emulator: not("emulators scale at a pace of their own, which says nothing about AWS"),
      aws: not("takes minutes and thousands of jobs; docs/scaling.md says how it is measured"),
    },
  },
  "raises-alarms": {
    does: "raises and clears its alarms",
    on: {
      embedded: not("`npm test` does it, with the time moved"),
      emulator: not("emulators evaluate alarms otherwise than CloudWatch, or not at all"),
      aws: not("takes minutes; the suite's dead jobs do raise alarms, and nobody waits for them here"),
    },
  },
} as const satisfies Readonly<Record<string, ExpectationRow>>;

export type CaseName = keyof typeof EXPECTATIONS;

export const CASE_NAMES = Object.keys(EXPECTATIONS) as readonly CaseName[];

/** What is expected of a target in one case. */
export const expectationOf = (name: CaseName, target: TargetName): Expectation => EXPECTATIONS[name].on[target];
