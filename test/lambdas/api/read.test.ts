import { describe, expect, it } from "vitest";
import type { JobRecord } from "../../../lib/core/job.ts";
import { jobError } from "../../../lib/core/outcome.ts";
import { memoryApi } from "../../support/memory-api.ts";

const dead = (id: string): JobRecord => ({
  id,
  type: "echo",
  status: "dead",
  attempts: 5,
  claims: 7,
  submittedAt: "2026-11-22T10:00:00.000Z",
  startedAt: "2026-11-22T10:01:00.000Z",
  finishedAt: "2026-11-22T10:02:00.000Z",
  error: jobError("Error", "no answer"),
  history: [],
  input: { text: "secret" },
});

describe("reading a job", () => {
  it("that no worker has met yet is queued, since when its id tells", async () => {
    const { post, request } = memoryApi();
    const { body } = await post("/jobs/echo", { input: { text: "hi" } });

    const read = await request("GET", `/jobs/${body.id}`);

    expect(read).toMatchObject({
      status: 200,
      body: { id: body.id, type: "echo", status: "queued", attempts: 0, submittedAt: "2026-11-22T10:00:00.000Z" },
    });
  });

  it("shows its record, without what is kept for the worker", async () => {
    const { post, request, records } = memoryApi();
    const id = String((await post("/jobs/echo", { input: { text: "hi" } })).body.id);
    records.set(id, dead(id));

    const { body } = await request("GET", `/jobs/${id}`);

    expect(Object.keys(body).sort()).toEqual(
      ["attempts", "error", "finishedAt", "id", "startedAt", "status", "submittedAt", "type"].sort(),
    );
  });

  it.each(["made-up", "echo_r00000000000000000000000000000000", "nothing_r0"])(
    "rejects the made-up id %s",
    async (id) => {
      const { status, body } = await memoryApi().request("GET", `/jobs/${id}`);

      expect({ status, type: body.type }).toEqual({ status: 404, type: "urn:sluice:problem:no-such-job" });
    },
  );
});

describe("listing dead jobs", () => {
  it("shows them", async () => {
    const { request, records } = memoryApi();
    records.set("echo_1", dead("echo_1"));

    const { status, body } = await request("GET", "/jobs", { query: { status: "dead", type: "echo", limit: "10" } });

    expect(status).toBe(200);
    expect(body.jobs).toMatchObject([{ id: "echo_1", status: "dead" }]);
  });

  it.each([
    [{}, 400, "status must be dead, got null"],
    [{ status: "queued" }, 400, 'status must be dead, got "queued"'],
    [{ status: "dead", limit: "0" }, 400, "limit must be a whole number from 1 to 200, got 0"],
    [{ status: "dead", limit: "many" }, 400, "limit must be a whole number from 1 to 200, got many"],
    [{ status: "dead", order: "asc" }, 400, "order is unknown; the parameters are status, type, limit, cursor"],
    [{ status: "dead", type: "nothing" }, 404, 'there is no job type "nothing"; this stage has echo, other'],
  ])("rejects %j", async (query, status, detail) => {
    expect(await memoryApi().request("GET", "/jobs", { query })).toMatchObject({ status, body: { detail } });
  });
});

describe("reading the queues", () => {
  it("shows depth, limit and concurrency, and null for what is not known", async () => {
    const { request } = memoryApi();

    const { body } = await request("GET", "/queues");

    const depth = { visible: 3, inFlight: 2, delayed: 1, dead: 0, state: "open" };
    expect(body.queues).toEqual([
      { type: "echo", ...depth, oldestAgeSeconds: 12, limit: 40, concurrency: 5, reason: "the stage sets the limit" },
      { type: "other", ...depth, oldestAgeSeconds: null, limit: null, concurrency: null, reason: "no limit is set" },
    ]);
  });
});

describe("what there is not", () => {
  it("rejects a path nobody knows with 404", async () => {
    expect(await memoryApi().request("GET", "/nothing")).toMatchObject({
      status: 404,
      body: { type: "urn:sluice:problem:no-such-route" },
    });
  });

  it("rejects a method with 405 and says which are allowed", async () => {
    const answer = await memoryApi().request("DELETE", "/jobs/echo");

    expect(answer).toMatchObject({ status: 405, headers: { allow: "POST, GET" } });
  });

  it("answers 500 without the cause, which only the log knows", async () => {
    const { api, request, log } = memoryApi();
    const secretive = { ...api.depths, read: () => Promise.reject(new Error("password is hunter2")) };
    Object.assign(api, { depths: secretive });

    const { status, body } = await request("GET", "/queues");

    expect(status).toBe(500);
    expect(JSON.stringify(body)).not.toContain("hunter2");
    expect(log).toEqual(["request.failed"]);
  });
});
