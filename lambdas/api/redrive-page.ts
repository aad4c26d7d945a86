import { describeError } from "../../lib/core/outcome.ts";
import { type Problem, problem } from "../../lib/core/problem.ts";
import type { Api } from "./api.ts";
import { ProblemError } from "./http.ts";
import { mapAtOnce } from "./map-at-once.ts";
import { noteRedrive, prepareRedrive, type Redrive } from "./redrive.ts";

/** What became of each job that was to be redriven. */
export type Redriven = { readonly redriven: readonly string[]; readonly refused: readonly Refusal[] };
type Refusal = { readonly id: string; readonly error: Problem };

/** Calls to the table or the bucket that are under way at once. */
const CALLS_AT_ONCE = 8;

/** Redrives jobs of one queue together; what goes wrong with one is told of that one. @param stopMs begins none after it */
export const redrivePage = async (
  api: Api,
  queueUrl: string,
  ids: readonly string[],
  stopMs: number,
): Promise<Redriven> => {
  const prepared = await mapAtOnce(CALLS_AT_ONCE, ids, (id) => redriveOrRefusal(api, id, stopMs));
  const ready = prepared.flatMap((one) => ("message" in one ? [one] : []));
  const failures = await api.sender.send(
    queueUrl,
    ready.map(({ message }) => message),
  );
  const sent = ready.filter((_, place) => failures[place] === undefined);
  await mapAtOnce(CALLS_AT_ONCE, sent, (redrive) => noteRedrive(api, redrive));
  const notSent = ready.flatMap(({ record: { id } }, place) => {
    const reason = failures[place];
    if (reason === undefined) return [];
    api.log("job.not-sent", { id, reason });
    return [{ id, error: problem("unavailable", "the queue did not take the job; redrive it again") }];
  });
  const refused = prepared.flatMap((one) => ("message" in one ? [] : [one]));
  return { redriven: sent.map(({ record }) => record.id), refused: [...refused, ...notSent] };
};

const redriveOrRefusal = async (api: Api, id: string, stopMs: number): Promise<Redrive | Refusal> => {
  if (api.clock.nowMs() >= stopMs) return { id, error: problem("unavailable", "no time was left; redrive it again") };
  try {
    return await prepareRedrive(api, id);
  } catch (error) {
    if (error instanceof ProblemError) return { id, error: problem(error.code, error.message) };
    api.log("job.not-read", { id, error: describeError(error) });
    return { id, error: problem("unavailable", "the job's record could not be read; redrive it again") };
  }
};
