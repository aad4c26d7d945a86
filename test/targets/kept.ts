import assert from "node:assert/strict";
import { existsSync } from "node:fs";
import { mkdir, readFile, rm, writeFile } from "node:fs/promises";
import { dirname, join } from "node:path";
import { CACHE_FOLDER } from "../../lib/cli/cache-folder.ts";
import type { PlayCase } from "./case.ts";
import type { TargetName } from "./expectations.ts";
import type { SeenJob } from "./suite-api.ts";
import { NotRun } from "./target.ts";

/** What one run of the suite left for the next, which comes after another deployment. */
export type Kept = {
  /** A job that had ended, as it was read. */
  readonly finished: SeenJob;
  /** A job that waits in the queue until its delay is over. */
  readonly waiting: { readonly id: string; readonly runsAfterMs: number };
};

/** How long the waiting job waits: another deployment and the start of the next run fit in, with minutes to spare. */
export const KEPT_DELAY_SECONDS = 300;

const TYPE = "profile-csv";

/** The file that leads from one run to the next. */
export const keptFile = (target: TargetName): string => join(CACHE_FOLDER, `e2e-kept-${target}.json`);

/** Leaves a finished and a waiting job on the target, and says so in a file. */
export const keep =
  (file?: string): PlayCase =>
  async ({ api, made, target }) => {
    const finished = await api.jobOnce(await api.submit(TYPE, { text: "kept\n1\n" }), "succeeded");
    const runsAfterMs = Date.now() + KEPT_DELAY_SECONDS * 1_000;
    const id = await api.submit(TYPE, { text: "kept\n2\n" }, { delaySeconds: KEPT_DELAY_SECONDS });
    const path = file ?? keptFile(target.name);
    await mkdir(dirname(path), { recursive: true });
    await writeFile(path, JSON.stringify({ finished, waiting: { id, runsAfterMs } } satisfies Kept));
    for (const kept of [finished.id, id]) made.jobs.delete(kept);
    return undefined;
  };

/** Reads what the run before has left, once: from now on it is this run's to take away. @throws NotRun */
export const takeKept = async (target: TargetName, file: string = keptFile(target)): Promise<Kept> => {
  if (!existsSync(file)) {
    throw new NotRun(
      "no run has kept anything on this target",
      "run the suite with --keep, deploy again, then --check-kept",
    );
  }
  const kept = JSON.parse(await readFile(file, "utf8")) as Kept;
  await rm(file);
  return kept;
};

/** Both must be there as they were left, the waiting one with its message still in the queue. */
export const checkKept =
  ({ finished, waiting }: Kept): PlayCase =>
  async ({ api, made }) => {
    made.jobs.set(finished.id, { type: TYPE, waitsUntilMs: 0, isLarge: false });
    made.jobs.set(waiting.id, { type: TYPE, waitsUntilMs: waiting.runsAfterMs, isLarge: false });
    assert.ok(Date.now() < waiting.runsAfterMs, "the delay is over, and nothing can be told: --keep and deploy again");
    assert.deepEqual(await api.job(finished.id), finished, "the finished job's record must be as it was");
    assert.partialDeepStrictEqual(await api.job(waiting.id), { status: "queued", attempts: 0 });
    const { body } = await api.get("/queues");
    const queue = (body.queues as readonly { type: string; delayed: number }[]).find(({ type }) => type === TYPE);
    assert.ok((queue?.delayed ?? 0) >= 1, `the message must wait in the queue, got ${JSON.stringify(queue)}`);
    return undefined;
  };

/** The waiting job runs once its delay is over: its message was kept. */
export const checkKeptRuns =
  ({ waiting }: Kept): PlayCase =>
  async ({ api }) => {
    const { attempts, startedAt } = await api.jobOnce(waiting.id, "succeeded");
    assert.equal(attempts, 1);
    assert.ok(
      Date.parse(String(startedAt)) >= waiting.runsAfterMs - 1_000,
      `it must not start early, got ${startedAt}`,
    );
    return undefined;
  };
