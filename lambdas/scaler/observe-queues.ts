import type { ScalerQueue } from "../../lib/core/environment.ts";
import { describeError } from "../../lib/core/outcome.ts";
import { signalsNeededFrom } from "../../lib/core/scaling/queue-bounds.ts";
import type {
  MappingSeen,
  ProbeResult,
  QueueBounds,
  QueueDecision,
  QueueSeen,
} from "../../lib/core/scaling/queue-scaling.ts";
import type { SignalWindow } from "../../lib/core/signals.ts";
import type { QueueDepth } from "../shared/queue-depth.ts";
import { within } from "../shared/within.ts";
import { mappingDifference } from "./mapping-difference.ts";
import type { FoundMapping, Kept, Scaler } from "./scaler.ts";
import { CALL_MS, PROBE_CALL_MS } from "./time-limits.ts";

/** What was seen of a queue, and where its mapping is. */
export type ObservedQueue = {
  readonly bounds: QueueBounds;
  readonly seen: QueueSeen;
  readonly mappingId: string;
};

/** Looks at every queue; one that cannot be read is missing in what comes back, and logged. */
export const observeQueues = async (
  scaler: Scaler,
  kept: Kept,
  nowMs: number,
): Promise<Readonly<Record<string, ObservedQueue>>> => {
  const looks = Object.entries(scaler.queues).map(async ([type, queue]) => {
    try {
      return [[type, await observe(scaler, { type, queue, kept, nowMs })] as const];
    } catch (error) {
      scaler.log("queue.unread", { queue: type, reason: describeError(error) });
      return [];
    }
  });
  return Object.fromEntries((await Promise.all(looks)).flat());
};

type Look = {
  readonly type: string;
  readonly queue: ScalerQueue;
  readonly kept: Kept;
  readonly nowMs: number;
};

const observe = async (scaler: Scaler, { type, queue, kept, nowMs }: Look): Promise<ObservedQueue> => {
  const { clock, depths, mappings } = scaler;
  const last = kept.state?.queues[type]?.decision;
  const [depth, found] = await Promise.all([
    within(clock, CALL_MS, (signal) => depths.read(queue.queueUrl, signal)),
    within(clock, CALL_MS, (signal) => mappings.find(queue.queueArn, signal)),
  ]);
  if (found === undefined) throw new Error(`an event source mapping must read ${queue.queueArn}, and none does`);
  const mapping = mappingSeen(found, last);
  const windowsFromMs = signalsNeededFrom(nowMs, queue.bounds);
  const [windows, probe] = await Promise.all([
    isIdle(depth, mapping, last) ? [] : readSignals(scaler, type, { fromMs: windowsFromMs, nowMs }),
    last?.wantsProbe === true ? readProbe(scaler, found.functionArn) : undefined,
  ]);
  const seen = { ...depth, windows, windowsFromMs, mapping, probe, manual: kept.manual[type] };
  return { bounds: queue.bounds, seen, mappingId: found.id };
};

/** A mapping that is being changed may not tell whether it is enabled: then it is what it was to be. */
const mappingSeen = (
  { limit, isEnabled, isChanging, pollers }: FoundMapping,
  last: QueueDecision | undefined,
): MappingSeen => ({ limit, isChanging, pollers, isEnabled: isEnabled ?? last?.isEnabled ?? true });

/** Nothing waits, nothing runs, and the queue stands as it should with nothing held back: its signals say nothing new. */
const isIdle = (depth: QueueDepth, mapping: MappingSeen, last: QueueDecision | undefined): boolean =>
  depth.visible + depth.inFlight + depth.delayed === 0 &&
  last?.mode === "open" &&
  !last.needsCloseLook &&
  mappingDifference(last, mapping) === undefined;

/** Reads windows up to the look's own: a later one is read again at the next look, which counts it. */
const readSignals = async (
  { clock, signals }: Scaler,
  type: string,
  { fromMs, nowMs }: { readonly fromMs: number; readonly nowMs: number },
): Promise<readonly SignalWindow[]> => {
  const windows = await within(clock, CALL_MS, (signal) => signals.read(type, fromMs, signal));
  return windows.filter(({ startMs }) => startMs <= nowMs);
};

const readProbe = async ({ clock, probe }: Scaler, functionArn: string): Promise<ProbeResult> => {
  try {
    return await within(clock, PROBE_CALL_MS, (signal) => probe(functionArn, signal));
  } catch {
    return "unknown";
  }
};
