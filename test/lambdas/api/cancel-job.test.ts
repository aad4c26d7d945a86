import { describe, expect, it } from "vitest";
import type { JobRecord } from "../../../lib/core/job.ts";
import { deadRecord, jobId } from "../../support/dead-record.ts";
import { memoryApi } from "../../support/memory-api.ts";

const NOW = "2026-11-22T10:00:00.000Z";

const withJob = (overrides: Partial<JobRecord>) => {
  const memory = memoryApi();
  const record = deadRecord(1, overrides);
  memory.records.set(record.id, record);
  const cancel = () => memory.post(`/jobs/${record.id}/cancel`);
  return { ...memory, id: record.id, cancel, record: () => memory.records.get(record.id) };
};

describe("cancelling a job", () => {
  it("that no worker has met writes its record as cancelled, by which a worker drops the message", async () => {
    const { post, records } = memoryApi();
    const id = String((await post("/jobs/echo", { input: { text: "hi" } })).body.id);

    const { status, headers, body } = await post(`/jobs/${id}/cancel`);

    expect({ status, body }).toEqual({ status: 202, body: { id, type: "echo", status: "cancelled" } });
    expect(headers.location).toBe(`/jobs/${id}`);
    expect(records.get(id)).toMatchObject({ status: "cancelled", attempts: 0, claims: 0, submittedAt: NOW });
  });

  it("submitted under an Idempotency-Key takes the present for its submission, which its id does not tell", async () => {
    const { post, records } = memoryApi();
    const { body } = await post("/jobs/echo", { input: { text: "hi" } }, { "idempotency-key": "order-7" });

    await post(`/jobs/${body.id}/cancel`);

    expect(records.get(String(body.id))).toMatchObject({ status: "cancelled", submittedAt: NOW });
  });

  it("that waits for a retry ends it", async () => {
    const { cancel, record } = withJob({ status: "retrying", heldUntilMs: 5, finishedAt: undefined });

    const { status, body } = await cancel();

    expect({ status, state: body.status }).toEqual({ status: 202, state: "cancelled" });
    expect(record()).toMatchObject({ status: "cancelled", finishedAt: NOW, heldUntilMs: undefined });
  });

  it("that runs asks its worker, and shows it as running until then", async () => {
    const { cancel, record } = withJob({ status: "running", finishedAt: undefined });

    const { status, body } = await cancel();

    expect({ status, state: body.status }).toEqual({ status: 202, state: "running" });
    expect(record()).toMatchObject({ status: "running", cancelRequestedAt: NOW });
  });

  it("that awaits a redrive ends it, and lets go of its input", async () => {
    const { cancel, record } = withJob({ redriveRequested: 1 });

    const { status, body } = await cancel();

    expect({ status, state: body.status }).toEqual({ status: 202, state: "cancelled" });
    expect(record()).toMatchObject({ status: "cancelled", input: undefined });
  });

  it("twice is as cancelling it once", async () => {
    const { cancel, clock } = withJob({ status: "running" });
    await cancel();
    await clock.pass(1_000);

    const again = await cancel();

    expect(again).toMatchObject({ status: 202, body: { status: "running" } });
  });

  it("that is cancelled already is accepted", async () => {
    const { cancel } = withJob({ status: "cancelled" });

    expect(await cancel()).toMatchObject({ status: 202, body: { status: "cancelled" } });
  });

  it("that is claimed between the look at it and the write asks its worker", async () => {
    const { api, post, records } = memoryApi();
    const id = String((await post("/jobs/echo", { input: { text: "hi" } })).body.id);
    const { cancel } = api.writer;
    const claimed = deadRecord(1, { id, status: "running", claims: 1, finishedAt: undefined });
    let isFirst = true;
    Object.assign(api.writer, {
      cancel: (...call: Parameters<typeof cancel>) => {
        if (isFirst) records.set(id, claimed);
        isFirst = false;
        return cancel(...call);
      },
    });

    const { body } = await post(`/jobs/${id}/cancel`);

    expect(body.status).toBe("running");
    expect(records.get(id)).toMatchObject({ status: "running", cancelRequestedAt: NOW });
  });

  it.each(["succeeded", "dead"] as const)("rejects a job that is %s", async (state) => {
    const { cancel, id, record } = withJob({ status: state });

    const { status, body } = await cancel();

    expect(status).toBe(409);
    expect(body).toMatchObject({
      type: "urn:sluice:problem:job-finished",
      detail: `job ${id} is ${state}: only a job that has not ended can be cancelled`,
    });
    expect(record()?.status).toBe(state);
  });

  it("rejects an id that this stage did not issue", async () => {
    const { status, body } = await memoryApi().post("/jobs/echo_r1/cancel");

    expect({ status, detail: body.detail }).toEqual({
      status: 404,
      detail: 'no job has the id "echo_r1" in this stage',
    });
  });

  it("rejects with 503 a job that changes under every try", async () => {
    const { api, post } = memoryApi();
    let tries = 0;
    Object.assign(api.writer, {
      cancel: async () => {
        tries += 1;
        return false;
      },
    });

    const { status, headers, body } = await post(`/jobs/${jobId(1)}/cancel`);

    expect({ status, tries, retryAfter: headers["retry-after"] }).toEqual({ status: 503, tries: 3, retryAfter: "1" });
    expect(body.detail).toBe(`job ${jobId(1)} changed each time it was about to be cancelled; send the request again`);
  });
});
