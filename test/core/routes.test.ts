import { describe, expect, it } from "vitest";
import { matchRoute, ROUTES } from "../../lib/core/routes.ts";

describe("routes", () => {
  it.each([
    ["POST", "/jobs/profile-csv", "submitJob", { type: "profile-csv" }],
    ["POST", "/jobs/profile-csv/batch", "submitBatch", { type: "profile-csv" }],
    ["GET", "/jobs/profile-csv_r1", "getJob", { id: "profile-csv_r1" }],
    ["GET", "/jobs", "listJobs", {}],
    ["POST", "/jobs/profile-csv_r1/cancel", "cancelJob", { id: "profile-csv_r1" }],
    ["POST", "/jobs/profile-csv_r1/redrive", "redriveJob", { id: "profile-csv_r1" }],
    ["GET", "/queues", "listQueues", {}],
    ["POST", "/queues/profile-csv/redrive", "redriveQueue", { type: "profile-csv" }],
    ["GET", "/queues/profile-csv/dead-letters", "listDeadLetters", { type: "profile-csv" }],
    ["POST", "/queues/profile-csv/dead-letters/redrive", "redriveDeadLetters", { type: "profile-csv" }],
    ["GET", "/openapi.json", "getOpenApi", {}],
  ])("%s %s is %s", (method, path, operationId, parameters) => {
    expect(matchRoute(method, path)).toMatchObject({ kind: "matched", route: { operationId }, parameters });
  });

  it.each([
    ["DELETE", "/jobs/a", ["POST", "GET"]],
    ["PUT", "/queues", ["GET"]],
    ["GET", "/jobs/a/batch", ["POST"]],
    ["DELETE", "/queues/a/dead-letters", ["GET"]],
  ])("rejects %s %s and names what is allowed", (method, path, allowed) => {
    expect(matchRoute(method, path)).toEqual({ kind: "wrong-method", allowed });
  });

  it.each(["/", "/jobs/", "/jobs/a/b", "/job", "/jobs/a/batch/b", "/queues/a", "/queues//redrive"])(
    "rejects %s as a path nobody knows",
    (path) => {
      expect(matchRoute("GET", path)).toEqual({ kind: "no-such-path" });
    },
  );

  it("have operation ids of their own", () => {
    expect(new Set(ROUTES.map(({ operationId }) => operationId)).size).toBe(ROUTES.length);
  });

  it("never let two of one method match the same path", () => {
    const samples = ROUTES.map(({ method, path }) => ({ method, path: path.replaceAll(/\{\w+\}/g, "x") }));

    const found = samples.map(({ method, path }) => {
      const match = matchRoute(method, path);
      return match.kind === "matched" ? match.route : undefined;
    });

    expect(found).toEqual(ROUTES);
  });
});
