import { setTimeout as pause } from "node:timers/promises";
import type { AcceptedCancel, RequestedRedrive } from "./evidence.ts";
import type { PlannedJob } from "./planned-jobs.ts";
import { type Answer, isToRepeat, post } from "./post.ts";

/** Requests that ask for the same redrive at once. */
const AT_ONCE = 2;
const TRIES = 20;
const PAUSE_MS = 250;

const isAnswered = (answer: Answer): boolean => answer.status === 202 || !isToRepeat(answer);

/** Submits a job again under its key, as a client does that has not heard of its 202. @returns the id of the answer */
export const submitAgain = async (
  apiUrl: string,
  { type, input, key = "" }: PlannedJob,
): Promise<string | undefined> => {
  const answer = await post(`${apiUrl}/jobs/${type}`, { input }, { "idempotency-key": key });
  return answer.status === 202 ? String(answer.body.id) : undefined;
};

/** Cancels a job, asking until there is an answer. @returns undefined where it was refused: the job had ended */
export const cancel = async (
  apiUrl: () => string,
  id: string,
  nowMs: () => number,
): Promise<AcceptedCancel | undefined> => {
  for (let attempt = 1; attempt <= TRIES; attempt += 1) {
    const answer = await post(`${apiUrl()}/jobs/${id}/cancel`, {});
    if (answer.status === 202) return { id, status: String(answer.body.status), atMs: nowMs() };
    if (isAnswered(answer)) return undefined;
    await pause(PAUSE_MS);
  }
  // It may have been cancelled for all we know: as if it had been told to a worker.
  return { id, status: "unknown", atMs: nowMs() };
};

/** Asks for a redrive of a dead job, twice at once. */
export const redriveByTwo = async (apiUrl: string, id: string, nowMs: () => number): Promise<RequestedRedrive> => {
  const atMs = nowMs();
  const requests = Array.from({ length: AT_ONCE }, () => post(`${apiUrl}/jobs/${id}/redrive`, {}));
  const answers = await Promise.all(requests);
  const accepted = answers.flatMap((answer) => (answer.status === 202 ? [Number(answer.body.redrive)] : []));
  return { id, asked: AT_ONCE, answered: answers.filter(isAnswered).length, accepted, atMs };
};
