import { describe, expect, it } from "vitest";
import { memoryApi } from "../../support/memory-api.ts";

const since = "2026-11-22T10:00:00.000Z";

describe("controlling a queue by hand", () => {
  it("pauses it since now, and wakes the scaler", async () => {
    const { post, scaling, woken } = memoryApi();

    const answer = await post("/queues/echo/pause");

    expect(answer).toMatchObject({ status: 202, body: { type: "echo", manual: { kind: "pause", since } } });
    expect((await scaling.read()).manual).toEqual({ echo: { kind: "pause", sinceMs: Date.parse(since) } });
    expect(woken).toEqual(["echo"]);
  });

  it("leaves a pause as it is when it is paused again", async () => {
    const { post, clock } = memoryApi();
    await post("/queues/echo/pause");
    await clock.pass(60_000);

    const { body } = await post("/queues/echo/pause");

    expect(body.manual).toEqual({ kind: "pause", since });
  });

  it("puts a limit in the place of a pause", async () => {
    const { post, scaling } = memoryApi();
    await post("/queues/echo/pause");

    const { body } = await post("/queues/echo/limit", { limit: 7 });

    expect(body.manual).toEqual({ kind: "limit", limit: 7, since });
    expect((await scaling.read()).manual.echo).toMatchObject({ kind: "limit", limit: 7 });
  });

  it("lifts what was set, and wakes the scaler", async () => {
    const { post, scaling, woken } = memoryApi();
    await post("/queues/echo/limit", { limit: 7 });

    const answer = await post("/queues/echo/resume");

    expect(answer).toMatchObject({ status: 202, body: { type: "echo" } });
    expect(answer.body).not.toHaveProperty("manual");
    expect((await scaling.read()).manual).toEqual({});
    expect(woken).toEqual(["echo", "echo"]);
  });

  it.each([
    [{ limit: 1 }, "/limit must be a whole number from 2 to 40"],
    [{ limit: 41 }, "/limit must be a whole number from 2 to 40"],
    [{ limit: "5" }, "/limit must be a whole number from 2 to 40"],
    [{}, "/limit is missing: invocations at once"],
    [{ most: 5 }, "/most is unknown; the fields are limit"],
  ])("rejects %j", async (body, detail) => {
    const { post, woken } = memoryApi();

    expect(await post("/queues/echo/limit", body)).toMatchObject({ status: 422, body: { detail } });
    expect(woken).toEqual([]);
  });

  it("takes what AWS takes where the stage sets no limit", async () => {
    expect(await memoryApi().post("/queues/other/limit", { limit: 1_000 })).toMatchObject({ status: 202 });
  });

  it("rejects a limit for a queue with paid pollers", async () => {
    const { api, post } = memoryApi();
    Object.assign(api.queues, { other: { ...api.queues.other, isProvisioned: true } });

    expect(await post("/queues/other/limit", { limit: 5 })).toMatchObject({
      status: 409,
      body: { type: "urn:sluice:problem:provisioned-queue" },
    });
  });

  it.each(["pause", "limit", "resume"])("rejects a %s of an unknown job type", async (verb) => {
    expect(await memoryApi().post(`/queues/nothing/${verb}`, { limit: 5 })).toMatchObject({ status: 404 });
  });
});
