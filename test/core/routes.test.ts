import { describe, expect, it } from "vitest";
import { matchRoute, ROUTES } from "../../lib/core/routes.ts";

describe("routes", () => {
  it.each([
    ["POST", "/jobs/profile-csv", "submitJob", { type: "profile-csv" }],
    ["POST", "/jobs/profile-csv/batch", "submitBatch", { type: "profile-csv" }],
    ["GET", "/jobs/profile-csv_r1", "getJob", { id: "profile-csv_r1" }],
    ["GET", "/jobs", "listJobs", {}],
    ["GET", "/queues", "listQueues", {}],
    ["GET", "/openapi.json", "getOpenApi", {}],
  ])("%s %s is %s", (method, path, operationId, parameters) => {
    expect(matchRoute(method, path)).toMatchObject({ kind: "matched", route: { operationId }, parameters });
  });

  it.each([
    ["DELETE", "/jobs/a", ["POST", "GET"]],
    ["PUT", "/queues", ["GET"]],
    ["GET", "/jobs/a/batch", ["POST"]],
  ])("rejects %s %s and names what is allowed", (method, path, allowed) => {
    expect(matchRoute(method, path)).toEqual({ kind: "wrong-method", allowed });
  });

  it.each(["/", "/jobs/", "/jobs/a/b", "/job", "/jobs/a/batch/b"])("rejects %s as a path nobody knows", (path) => {
    expect(matchRoute("GET", path)).toEqual({ kind: "no-such-path" });
  });

  it("have operation ids of their own", () => {
    expect(new Set(ROUTES.map(({ operationId }) => operationId)).size).toBe(ROUTES.length);
  });
});
