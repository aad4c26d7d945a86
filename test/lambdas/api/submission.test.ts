import { describe, expect, it } from "vitest";
import * as z from "zod";
import { memoryApi } from "../../support/memory-api.ts";

const GOOD = '{"input":{"text":"a"}}';
const BAD = '{"input":{"text":"b"}}';

/** A submission whose input is so many lists in one another, as text: deep ones cannot be written by JSON.stringify. */
const nested = (levels: number): string => `{"input":${"[".repeat(levels)}${"]".repeat(levels)}}`;

const batchOf = (...jobs: readonly string[]): string => `{"jobs":[${jobs.join(",")}]}`;

describe("a job nested deep", () => {
  it.each([{}, { "idempotency-key": "order-7" }])("is taken with a thousand levels (%j)", async (headers) => {
    const { post, sent } = memoryApi();

    expect((await post("/jobs/other", nested(1_000), headers)).status).toBe(202);

    expect(sent).toHaveLength(1);
  });

  it.each([1_001, 20_000, 1_000_000])("rejects %i levels", async (levels) => {
    const { post, sent } = memoryApi();

    const { status, body } = await post("/jobs/other", nested(levels), { "idempotency-key": "order-7" });

    expect(status).toBe(422);
    expect(body.errors).toEqual([{ path: "/input", message: "must be nested at most 1000 levels deep" }]);
    expect(sent).toEqual([]);
  });

  it("of a batch is rejected alone", async () => {
    const { post, sent } = memoryApi();

    const { status, body } = await post("/jobs/echo/batch", batchOf(GOOD, nested(20_000), GOOD));

    expect(status).toBe(202);
    expect(body.accepted).toMatchObject([{ index: 0 }, { index: 2 }]);
    expect(body.rejected).toMatchObject([{ index: 1, error: { status: 422, errors: [{ path: "/jobs/1/input" }] } }]);
    expect(sent).toHaveLength(2);
  });
});

describe("a schema that throws", () => {
  const throwing = () => {
    const memory = memoryApi();
    const text = z.string().refine((value) => {
      if (value === "b") throw new Error("a bug of the schema's");
      return true;
    });
    Object.assign(memory.api, { inputs: { echo: z.strictObject({ text }) } });
    return memory;
  };

  it("rejects that job of a batch alone, and only the log knows why", async () => {
    const { post, sent, log } = throwing();

    const { status, body } = await post("/jobs/echo/batch", batchOf(GOOD, BAD, GOOD));

    expect(status).toBe(202);
    expect(body.accepted).toMatchObject([{ index: 0 }, { index: 2 }]);
    expect(body.rejected).toMatchObject([
      { index: 1, error: { status: 500, detail: "the job could not be worked on; the log says why" } },
    ]);
    expect(sent).toHaveLength(2);
    expect(log).toEqual(["job.not-checked"]);
  });

  it("answers 500 to a job of its own", async () => {
    expect((await throwing().post("/jobs/echo", BAD)).status).toBe(500);
  });
});
