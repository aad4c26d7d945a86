import type { Paging } from "./alarm-spec.ts";

/**
 * Alarms that one composite names here, besides the stage's own: AWS takes 100 children, and 10,240 characters of a
 * rule, in which a name may have 255.
 *
 * @see https://docs.aws.amazon.com/AmazonCloudWatch/latest/APIReference/API_PutCompositeAlarm.html
 */
const MAX_NAMED_ALARMS = 30;

/** An alarm in the rule of a composite. */
export type PagingAlarm = { readonly id: string; readonly pages: Paging; readonly name: string };

/**
 * Returns the rule that holds while one of a job type's alarms should wake somebody.
 *
 * What a pause brings about is left out while a person has paused the queue, and for as long after it as that alarm
 * looks back: the jobs that have waited are old then, and nobody has to be told.
 */
export const queuePageRule = (alarms: readonly PagingAlarm[]): string => {
  const pausedByHand = nameOf(alarms, "paused-by-hand");
  const quiet = alarms.filter(({ pages }) => pages === "unlessPausedByHand");
  return anyOf([
    ...alarms.filter(({ pages }) => pages === "always").map(inAlarm),
    `(${anyOf(quiet.map(inAlarm))} AND NOT ALARM("${pausedByHand}"))`,
  ]);
};

/**
 * Returns the rule that holds while one of a stage's own alarms should wake somebody.
 *
 * Missing runs of the scaler count only after its first: a stage that is just deployed has none yet.
 */
export const stagePageRule = (alarms: readonly PagingAlarm[]): string => {
  const failing = nameOf(alarms, "scaler-failing");
  return anyOf([
    ...alarms.filter(({ pages }) => pages === "always").map(inAlarm),
    ...alarms
      .filter(({ pages }) => pages === "onceScalerRan")
      .map((alarm) => `(${inAlarm(alarm)} AND NOT INSUFFICIENT_DATA("${failing}"))`),
  ]);
};

/** Splits job types into groups whose rules each fit a composite; a single group leaves room for the stage's own. */
export const pageGroups = (
  ofQueues: readonly (readonly PagingAlarm[])[],
): readonly (readonly (readonly PagingAlarm[])[])[] => {
  const size = Math.max(1, Math.floor(MAX_NAMED_ALARMS / Math.max(1, ofQueues[0]?.length ?? 0)));
  return Array.from({ length: Math.ceil(ofQueues.length / size) }, (_, index) =>
    ofQueues.slice(index * size, (index + 1) * size),
  );
};

/** Returns a rule that holds while one of several does. */
export const anyOf = (rules: readonly string[]): string => `(${rules.join(" OR ")})`;

/** Returns a rule that holds while an alarm is in ALARM. */
export const inAlarm = ({ name }: { readonly name: string }): string => `ALARM("${name}")`;

const nameOf = (alarms: readonly PagingAlarm[], id: string): string | undefined =>
  alarms.find((alarm) => alarm.id === id)?.name;
