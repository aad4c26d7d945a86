import { PROBE_MS } from "../../lib/core/scaling/scaling-events.ts";

/** The longest that one call of a service is waited for, with the client's own repetitions, in milliseconds. */
export const CALL_MS = 5_000;
/** The same for a call that looks at the downstream: its function may have to start first. */
export const PROBE_CALL_MS = PROBE_MS + 2_000;
/** The same for a change of a mapping, which Lambda may ask to be repeated later. */
export const CHANGE_MS = 8_000;
/**
 * What a look needs of the function's time, in milliseconds: the longest probe, and a service that hangs once. Where
 * more of them hang, Lambda may cut a look off, which the next one finds as it finds a crash.
 */
export const LEAST_LEFT_MS = PROBE_CALL_MS + CALL_MS;
