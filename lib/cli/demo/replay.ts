import type { Arrival } from "./trace.ts";

/** What became of the submissions of a replay. */
export type Replay = {
  /** The id of each accepted job. */
  readonly accepted: readonly string[];
  /** Why a submission was given up. */
  readonly refused: readonly string[];
  /** How late the latest submission was sent, in milliseconds: a machine that is too slow for the traffic shows here. */
  readonly latestMs: number;
};

const TICK_MS = 10;
/** Requests under way at once: a client with a pool of connections, which does not take the whole account for itself. */
export const CONNECTIONS = 16;
const TRIES = 15;
const LONGEST_PAUSE_MS = 5_000;

/**
 * Submits each arrival as a job of its own at its own time.
 *
 * A submission that fails by the network, a throttle or a server error is tried again under the same
 * `Idempotency-Key`, so that a retry can never make a second job.
 *
 * @param speed 2 replays in half the time.
 */
export const replay = async (
  arrivals: readonly Arrival[],
  {
    apiUrl,
    speed,
    inputOf,
    signal,
    onAccepted,
  }: {
    readonly apiUrl: string;
    readonly speed: number;
    readonly inputOf: (arrival: Arrival, index: number) => unknown;
    readonly signal: AbortSignal;
    readonly onAccepted: () => void;
  },
): Promise<Replay> => {
  const accepted: string[] = [];
  const refused: string[] = [];
  const pending = new Set<Promise<void>>();
  const startedMs = performance.now();

  const submitOne = async (arrival: Arrival, index: number): Promise<void> => {
    const answer = await submit(`${apiUrl}/jobs/deliver-webhook`, inputOf(arrival, index), `arrival-${index}`, signal);
    if ("id" in answer) {
      accepted.push(answer.id);
      onAccepted();
    } else refused.push(answer.reason);
  };

  let next = 0;
  let latestMs = 0;
  while (next < arrivals.length && !signal.aborted) {
    const nowMs = (performance.now() - startedMs) * speed;
    for (; next < arrivals.length && pending.size < CONNECTIONS; next += 1) {
      const arrival = arrivals[next];
      if (arrival === undefined || arrival.arrivalMs > nowMs) break;
      latestMs = Math.max(latestMs, (nowMs - arrival.arrivalMs) / speed);
      const submission = submitOne(arrival, next).finally(() => pending.delete(submission));
      pending.add(submission);
    }
    await pause(TICK_MS);
  }
  await Promise.all(pending);
  return { accepted, refused, latestMs };
};

const submit = async (
  url: string,
  input: unknown,
  idempotencyKey: string,
  signal: AbortSignal,
): Promise<{ readonly id: string } | { readonly reason: string }> => {
  const headers = { "content-type": "application/json", "idempotency-key": idempotencyKey };
  let reason = "interrupted";
  for (let attempt = 1; attempt <= TRIES && !signal.aborted; attempt += 1) {
    try {
      const response = await fetch(url, { method: "POST", headers, body: JSON.stringify({ input }), signal });
      const answer = (await response.json()) as { readonly id?: string; readonly detail?: string };
      if (response.status === 202 && answer.id !== undefined) return { id: answer.id };
      reason = `${response.status}: ${answer.detail ?? JSON.stringify(answer)}`;
      if (response.status < 500 && response.status !== 429) return { reason };
    } catch (error) {
      reason = error instanceof Error ? error.message : String(error);
    }
    await pause(Math.min(LONGEST_PAUSE_MS, 50 * 2 ** attempt));
  }
  return { reason };
};

const pause = (ms: number): Promise<void> => new Promise((resolve) => setTimeout(resolve, ms));
