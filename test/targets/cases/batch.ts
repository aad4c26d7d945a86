import assert from "node:assert/strict";
import type { CaseContext, PlayCase } from "../case.ts";
import { fewAtOnce } from "../few-at-once.ts";
import { FINAL, type SeenJob } from "../suite-api.ts";
import { waitUntil } from "../wait-until.ts";

const JOBS = 150;
/** Every so many-eth job of the batch is wrong. */
const WRONG_EACH = 10;

/** What is wrong with a submission, and where the answer must point. */
const WRONGS: readonly (readonly [object, string])[] = [
  [{ input: { text: 5 } }, "/input/text"],
  [{ input: { text: "a\n1\n" }, delaySeconds: -1 }, "/delaySeconds"],
  [{ input: { text: "a\n1\n" }, tenant: "two words" }, "/tenant"],
];

const isWrong = (index: number): boolean => index % WRONG_EACH === WRONG_EACH - 1;
const wrongAt = (index: number) => WRONGS[Math.floor(index / WRONG_EACH) % WRONGS.length] ?? [{}, ""];
/** Rows differ from job to job, so that an exchanged result would be seen. */
const rowsAt = (index: number): number => (index % 7) + 1;

type Rejected = { readonly index: number; readonly error: { readonly type: string; readonly errors?: unknown } };
type Accepted = { readonly index: number; readonly id: string };

/** Each job of a batch is either accepted and runs, or is reported with its fault. */
export const takesABatch: PlayCase = async (context) => {
  const { api, tenant } = context;
  const jobs = Array.from({ length: JOBS }, (_, index) =>
    isWrong(index) ? wrongAt(index)[0] : { input: { text: `a\n${"1\n".repeat(rowsAt(index))}` }, tenant },
  );

  const { status, body } = await api.submitBatch("profile-csv", jobs);
  const { accepted = [], rejected = [] } = body as { accepted?: readonly Accepted[]; rejected?: readonly Rejected[] };

  assert.equal(status, 202);
  const told = [...accepted, ...rejected].map(({ index }) => index).sort((one, other) => one - other);
  assert.deepEqual(told, [...jobs.keys()], "each job must be told of once");
  assert.equal(new Set(accepted.map(({ id }) => id)).size, accepted.length, "no two jobs may share an id");
  assert.deepEqual(
    rejected.map(({ index, error }) => [index, error.type, pathsOf(error)]),
    [...jobs.keys()]
      .filter(isWrong)
      .map((index) => [index, "urn:sluice:problem:invalid-input", [`/jobs/${index}${wrongAt(index)[1]}`]]),
  );
  const ended = await allOnce(context, accepted);
  for (const { index, id } of accepted) {
    assert.partialDeepStrictEqual(ended.get(id), { status: "succeeded", attempts: 1, result: { rows: rowsAt(index) } });
  }
};

const pathsOf = ({ errors }: Rejected["error"]): readonly string[] =>
  ((errors ?? []) as readonly { readonly path: string }[]).map(({ path }) => path);

/** Reads jobs until all have ended, a few at a time. */
const allOnce = async (
  { api, target, signal }: CaseContext,
  jobs: readonly Accepted[],
): Promise<ReadonlyMap<string, SeenJob>> => {
  const ended = new Map<string, SeenJob>();
  const look = async (): Promise<readonly string[]> => {
    const open = jobs.map(({ id }) => id).filter((id) => !ended.has(id));
    await fewAtOnce(open, async (id) => {
      const job = await api.job(id);
      if (FINAL.includes(job.status)) ended.set(id, job);
    });
    return open.filter((id) => !ended.has(id));
  };
  await waitUntil("no job of the batch is open", look, (open) => open.length === 0, {
    signal,
    // Each look reads up to as many jobs as the batch has.
    everyMs: 5 * target.pollMs,
  });
  return ended;
};
