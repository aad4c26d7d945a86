import { describeError } from "../../lib/core/outcome.ts";
import type { Api, DeadPage, DeadQuery } from "./api.ts";
import { findQueue } from "./find-queue.ts";
import type { ApiRequest, ApiResponse } from "./http.ts";
import { redriveFilterOf } from "./redrive-filter.ts";
import { type Redriven, redrivePage } from "./redrive-page.ts";

/**
 * No job is begun after this, in milliseconds: what is left of the function's 29 seconds is enough for those that were,
 * even if the bucket and the queue take all the time that they are given.
 */
const JOBS_WITHIN_MS = 14_000;
/** Jobs that are read, sent and noted together: four calls' worth of messages. */
const PAGE_JOBS = 40;

/** `POST /queues/{type}/redrive`: sends the dead jobs that a filter names to their queue again, newest first. */
export const redriveQueue = async (api: Api, request: ApiRequest, type: string): Promise<ApiResponse> => {
  const { queueUrl } = findQueue(api, type);
  const { limit, isDryRun, cursor: from, ...filter } = redriveFilterOf(request);
  const stopMs = api.clock.nowMs() + JOBS_WITHIN_MS;
  const done: Redriven[] = [];
  let [cursor, matched] = [from, 0];
  do {
    const most = Math.min(limit - matched, isDryRun ? limit : PAGE_JOBS);
    const page = await nextPage(api, { ...filter, types: [type], limit: most, cursor }, done.length > 0);
    if (page === undefined) break;
    matched += page.jobs.length;
    const ids = page.jobs.map(({ id }) => id);
    if (!isDryRun) done.push(await redrivePage(api, queueUrl, ids, stopMs));
    cursor = page.next;
  } while (cursor !== undefined && matched < limit && api.clock.nowMs() < stopMs);
  const redriven = done.flatMap((page) => page.redriven);
  const refused = done.flatMap((page) => page.refused);
  return { status: isDryRun ? 200 : 202, body: { dryRun: isDryRun, matched, redriven, refused, cursor } };
};

/** Reads a page; undefined if that fails after another was redriven, so that the answer still tells of that one. */
const nextPage = async (api: Api, query: DeadQuery, isLater: boolean): Promise<DeadPage | undefined> => {
  try {
    return await api.records.listDead(query);
  } catch (error) {
    if (!isLater) throw error;
    api.log("redrive.stopped", { types: query.types, error: describeError(error) });
    return undefined;
  }
};
