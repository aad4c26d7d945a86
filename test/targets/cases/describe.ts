import assert from "node:assert/strict";
import type { PlayCase } from "../case.ts";

/** Description and queues name the job types. */
export const describesItself: PlayCase = async ({ api, target }) => {
  const types = Object.keys(target.queues);

  const description = await api.get("/openapi.json");
  const queues = await api.get("/queues");

  assert.equal(description.status, 200);
  assert.match(String(description.body.openapi), /^3\.1/);
  const paths = Object.keys(description.body.paths as object);
  for (const type of types) assert.ok(paths.includes(`/jobs/${type}`), `openapi.json must have the path /jobs/${type}`);
  assert.equal(queues.status, 200);
  const seen = queues.body.queues as readonly Record<string, unknown>[];
  for (const type of types)
    assert.ok(
      seen.some((queue) => queue.type === type),
      `GET /queues must have ${type}`,
    );
  for (const { visible, inFlight, delayed, dead } of seen) {
    for (const count of [visible, inFlight, delayed, dead]) assert.equal(typeof count, "number", JSON.stringify(seen));
  }
};

/** A request that shows nothing gets nothing, on a named route and on any other path. */
export const refusesStrangers: PlayCase = async ({ target, signal }) => {
  const statuses = await Promise.all(
    ["/openapi.json", "/jobs?status=dead", "/nothing"].map(async (path) => {
      const response = await fetch(`${target.apiUrl}${path}`, { signal });
      await response.body?.cancel();
      return response.status;
    }),
  );
  if (statuses.every((status) => status === 401 || status === 403)) return;
  assert.deepEqual(statuses, [200, 200, 404], "either all is refused, or the stage is public");
  return "the stage is public: it refuses nobody";
};
