import { describe, expect, it } from "vitest";
import type { JobRecord } from "../../../lib/core/job.ts";
import { jobError } from "../../../lib/core/outcome.ts";
import type { QueueDecision } from "../../../lib/core/scaling/queue-scaling.ts";
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

  it("that runs counts the attempt that runs, and shows since when it is to be cancelled", async () => {
    const { post, request, records } = memoryApi();
    const id = String((await post("/jobs/echo", { input: { text: "hi" } })).body.id);
    const cancelRequestedAt = "2026-11-22T10:01:30.000Z";
    records.set(id, { ...dead(id), status: "running", attempts: 1, finishedAt: undefined, cancelRequestedAt });

    const { body } = await request("GET", `/jobs/${id}`);

    expect(body).toMatchObject({ status: "running", attempts: 2, cancelRequestedAt });
  });

  it("that was redriven shows how often, and one that awaits its redrive is queued and not finished", async () => {
    const { post, request, records } = memoryApi();
    const id = String((await post("/jobs/echo", { input: { text: "hi" } })).body.id);
    records.set(id, { ...dead(id), redrives: 1, redriveRequested: 2 });

    const { body } = await request("GET", `/jobs/${id}`);

    expect(body).toMatchObject({ status: "queued", redrives: 1, error: { message: "no answer" } });
    expect(body).not.toHaveProperty("finishedAt");
    expect(body).not.toHaveProperty("redriveRequested");
  });

  it.each(["made-up", "echo_r00000000000000000000000000000000", "nothing_r0"])(
    "rejects the made-up id %s",
    async (id) => {
      const { status, body } = await memoryApi().request("GET", `/jobs/${id}`);

      expect({ status, type: body.type }).toEqual({ status: 404, type: "urn:sluice:problem:no-such-job" });
    },
  );
});

describe("reading a large result", () => {
  const succeeded = async (result: unknown) => {
    const memory = memoryApi();
    const id = String((await memory.post("/jobs/echo", { input: { text: "hi" } })).body.id);
    const key = `results/${id}/1`;
    const resultReference = await memory.payloads.put(key, JSON.stringify(result));
    memory.records.set(id, { ...dead(id), status: "succeeded", error: undefined, resultReference });
    return { ...memory, key, read: async () => (await memory.request("GET", `/jobs/${id}`)).body };
  };

  it("fetches it from the bucket", async () => {
    const { read } = await succeeded({ rows: 3 });

    const body = await read();

    expect(body).toMatchObject({ status: "succeeded", result: { rows: 3 } });
    expect(body).not.toHaveProperty("resultUnavailable");
    expect(body).not.toHaveProperty("resultReference");
  });

  it("that is gone shows the job without it, and why", async () => {
    const { read, payloads, key } = await succeeded({ rows: 3 });
    payloads.objects.delete(key);

    const body = await read();

    const resultUnavailable = `${key} must be in the payload bucket, and is gone`;
    expect(body).toMatchObject({ status: "succeeded", resultUnavailable });
    expect(body).not.toHaveProperty("result");
  });

  it("while the bucket does not answer shows the job without it, and keeps the cause for the log", async () => {
    const { read, api, log } = await succeeded({ rows: 3 });
    Object.assign(api.payloads, { get: () => Promise.reject(new Error("AccessDenied")) });

    const body = await read();

    expect(body.resultUnavailable).toBe("the payload bucket did not answer; read the job again");
    expect(log).toEqual(["result.unavailable"]);
  });

  it("that a function's answer cannot hold shows the job without it, and where it is", async () => {
    const { read, key } = await succeeded('"'.repeat(1_572_000));

    const body = await read();

    expect(body.resultUnavailable).toBe(`the result takes more than an answer can hold; it is at ${key}`);
  });
});

describe("listing dead jobs", () => {
  it("shows them", async () => {
    const { request, records } = memoryApi();
    records.set("echo_1", dead("echo_1"));

    const { status, body } = await request("GET", "/jobs", { query: { status: "dead", type: "echo", limit: "10" } });

    expect(status).toBe(200);
    expect(body.jobs).toMatchObject([{ id: "echo_1", status: "dead" }]);
  });

  it("leaves out those that were redriven and wait, which are not dead any more", async () => {
    const { request, records } = memoryApi();
    records.set("echo_1", { ...dead("echo_1"), redriveRequested: 1 });
    records.set("echo_2", { ...dead("echo_2"), redrives: 1, redriveRequested: 1 });

    const { body } = await request("GET", "/jobs", { query: { status: "dead" } });

    expect(body.jobs).toMatchObject([{ id: "echo_2", redrives: 1 }]);
  });

  it("goes on where the page before ended", async () => {
    const { request, records } = memoryApi();
    for (const id of ["echo_1", "echo_2", "echo_3"]) records.set(id, dead(id));
    const query = { status: "dead", limit: "2" };

    const first = await request("GET", "/jobs", { query });
    const second = await request("GET", "/jobs", { query: { ...query, cursor: String(first.body.cursor) } });

    expect(first.body.jobs).toMatchObject([{ id: "echo_3" }, { id: "echo_2" }]);
    expect(second.body).toMatchObject({ jobs: [{ id: "echo_1" }] });
    expect(second.body).not.toHaveProperty("cursor");
  });

  it.each([
    [{}, 400, "status must be dead, got null"],
    [{ status: "queued" }, 400, 'status must be dead, got "queued"'],
    [{ status: "dead", limit: "0" }, 400, "limit must be a whole number from 1 to 200, got 0"],
    [{ status: "dead", limit: "many" }, 400, "limit must be a whole number from 1 to 200, got many"],
    [{ status: "dead", cursor: "" }, 400, 'cursor must be the cursor of an earlier answer, percent-encoded, got ""'],
    [{ status: "dead", order: "asc" }, 400, "order is unknown; the parameters are status, type, limit, cursor"],
    [{ status: "dead", type: "nothing" }, 404, 'there is no job type "nothing"; this stage has echo, other'],
  ])("rejects %j", async (query, status, detail) => {
    expect(await memoryApi().request("GET", "/jobs", { query })).toMatchObject({ status, body: { detail } });
  });
});

const DECISION: QueueDecision = {
  mode: "open",
  limit: undefined,
  isEnabled: true,
  pollers: undefined,
  reason: "",
  wantsProbe: false,
  needsCloseLook: false,
  isManual: false,
};

describe("reading the queues", () => {
  it("shows depth, limit and concurrency, and null for what is not known", async () => {
    const { request } = memoryApi();

    const { body } = await request("GET", "/queues");

    const depth = { visible: 3, inFlight: 2, delayed: 1, dead: 0, state: "open", decidedAt: null };
    const unknown = { oldestAgeSeconds: null, limit: null, concurrency: null, reason: "no limit is set" };
    expect(body.queues).toEqual([
      { type: "echo", ...depth, oldestAgeSeconds: 12, limit: 40, concurrency: 5, reason: "the stage sets the limit" },
      { type: "other", ...depth, ...unknown },
    ]);
  });

  it("shows what the scaler decided, when and why, and what is set by hand", async () => {
    const { request, scaling, post, clock } = memoryApi();
    scaling.decisions.set("echo", {
      ...DECISION,
      mode: "limited",
      limit: 12,
      reason: "the receiver asked to slow down",
    });
    await post("/queues/echo/pause");

    const { body } = await request("GET", "/queues");

    expect(body.queues).toContainEqual(
      expect.objectContaining({
        type: "echo",
        state: "limited",
        limit: 12,
        reason: "the receiver asked to slow down",
        decidedAt: "2026-11-22T10:00:00.000Z",
        manual: { kind: "pause", since: new Date(clock.nowMs()).toISOString() },
      }),
    );
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
