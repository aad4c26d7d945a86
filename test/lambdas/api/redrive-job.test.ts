import { describe, expect, it } from "vitest";
import { decodeEnvelope } from "../../../lib/core/envelope.ts";
import type { JobRecord } from "../../../lib/core/job.ts";
import { SALT } from "../../support/claimed.ts";
import { deadRecord, jobId } from "../../support/dead-record.ts";
import { memoryApi } from "../../support/memory-api.ts";

const withJob = (overrides: Partial<JobRecord> = {}) => {
  const memory = memoryApi();
  const record = deadRecord(1, overrides);
  memory.records.set(record.id, record);
  const redrive = () => memory.post(`/jobs/${record.id}/redrive`);
  const envelopes = () => memory.sent.map(({ body }) => decodeEnvelope(body, { type: "echo", salt: SALT }));
  return { ...memory, id: record.id, redrive, envelopes, record: () => memory.records.get(record.id) };
};

describe("redriving a job", () => {
  it("sends it to its queue again: the same job, at once, and on behalf of the same tenant", async () => {
    const { redrive, id, sent, envelopes } = withJob({ inputDigest: "digest" });

    const { status, headers, body } = await redrive();

    expect({ status, body }).toEqual({ status: 202, body: { id, type: "echo", status: "queued", redrive: 1 } });
    expect(headers.location).toBe(`/jobs/${id}`);
    expect(sent).toMatchObject([{ queueUrl: "http://queue/echo", tenant: "acme" }]);
    expect(sent[0]?.delaySeconds).toBeUndefined();
    expect(envelopes()).toMatchObject([
      {
        envelope: {
          id,
          tenant: "acme",
          submittedAt: "2026-11-22T09:00:00.000Z",
          inputDigest: "digest",
          redrive: 1,
          input: { text: "input 1" },
        },
      },
    ]);
  });

  it("shows it as queued from then on", async () => {
    const { redrive, id, request } = withJob();

    await redrive();

    expect((await request("GET", `/jobs/${id}`)).body.status).toBe("queued");
  });

  it("twice at once sends the same number twice, of which a worker honours one", async () => {
    const { redrive, envelopes } = withJob({ redrives: 1, redriveRequested: 1 });

    const answers = await Promise.all([redrive(), redrive()]);

    expect(answers.map(({ status, body }) => [status, body.redrive])).toEqual([
      [202, 2],
      [202, 2],
    ]);
    expect(envelopes()).toMatchObject([{ envelope: { redrive: 2 } }, { envelope: { redrive: 2 } }]);
  });

  it("again while it waits sends the same number again: the first message may be lost", async () => {
    const { redrive } = withJob();
    await redrive();

    expect(await redrive()).toMatchObject({ status: 202, body: { redrive: 1 } });
  });

  it("with an input of null keeps it", async () => {
    const { redrive, envelopes } = withJob({ input: null });

    await redrive();

    expect(envelopes()).toMatchObject([{ envelope: { input: null } }]);
  });

  it("with a large input writes it anew, which the bucket would delete for its age, and refers to it", async () => {
    const { api, redrive, payloads, envelopes, records, id } = withJob({ input: undefined });
    const inputReference = await payloads.put(`inputs/${id}/abc`, '{"text":"large"}');
    records.set(id, deadRecord(1, { input: undefined, inputReference }));
    const written: string[] = [];
    const { put } = api.payloads;
    Object.assign(api.payloads, {
      put: (...call: Parameters<typeof put>) => {
        written.push(...call);
        return put(...call);
      },
    });

    const { status } = await redrive();

    expect(status).toBe(202);
    expect(written).toEqual([`inputs/${id}/abc`, '{"text":"large"}']);
    expect(envelopes()).toMatchObject([{ envelope: { inputReference } }]);
  });

  it("is accepted although its record cannot be marked: the queue has it", async () => {
    const { api, redrive, log } = withJob();
    Object.assign(api.writer, { markRedrive: () => Promise.reject(new Error("no answer")) });

    const { status } = await redrive();

    expect(status).toBe(202);
    expect(log).toEqual(["job.redrive-not-noted"]);
  });

  it.each(["queued", "running", "retrying", "succeeded", "cancelled"] as const)(
    "rejects a job that is %s",
    async (state) => {
      const { redrive, id, sent, records } = withJob({ status: state });
      if (state === "queued") records.delete(id);

      const { status, body } = await redrive();

      expect(status).toBe(409);
      expect(body).toMatchObject({
        type: "urn:sluice:problem:not-dead",
        detail: `job ${id} is ${state}: only a dead job can be redriven`,
      });
      expect(sent).toEqual([]);
    },
  );

  it("rejects a job that was redriven as often as the stage allows", async () => {
    const { redrive, id, sent } = withJob({ redrives: 3 });

    const { status, body } = await redrive();

    expect(status).toBe(409);
    expect(body).toMatchObject({
      type: "urn:sluice:problem:redrive-limit",
      detail: `job ${id} was redriven 3 times; the stage's redriveLimit is 3: raise it, or submit a new job`,
    });
    expect(sent).toEqual([]);
  });

  it("rejects a job whose large input the bucket has deleted", async () => {
    const inputReference = { key: "inputs/a/b", sha256: "0".repeat(64), bytes: 7 };
    const { redrive, id, sent } = withJob({ input: undefined, inputReference });

    const { status, body } = await redrive();

    expect(status).toBe(409);
    expect(body).toMatchObject({
      type: "urn:sluice:problem:payload-gone",
      detail: `the input of job ${id} is gone: inputs/a/b must be in the payload bucket, and is gone; submit a new job`,
    });
    expect(sent).toEqual([]);
  });

  it("rejects a job whose record has no input", async () => {
    const { redrive, id } = withJob({ input: undefined });

    const { status, body } = await redrive();

    expect(status).toBe(409);
    expect(body.detail).toBe(`job ${id} has no input in its record; submit a new job`);
  });

  it("rejects with 503 while the bucket does not answer", async () => {
    const inputReference = { key: "inputs/a/b", sha256: "0".repeat(64), bytes: 7 };
    const { api, redrive, sent } = withJob({ input: undefined, inputReference });
    Object.assign(api.payloads, { get: () => Promise.reject(new Error("SlowDown")) });

    const { status, headers, body } = await redrive();

    expect({ status, retryAfter: headers["retry-after"] }).toEqual({ status: 503, retryAfter: "1" });
    expect(body.detail).toBe("the payload bucket, which keeps the job's input, did not answer; send the request again");
    expect(sent).toEqual([]);
  });

  it("rejects with 503 where the queue does not take it, and leaves it dead", async () => {
    const { redrive, failures, record } = withJob();
    failures.set(0, "AccessDenied");

    const { status, body } = await redrive();

    expect(status).toBe(503);
    expect(body.detail).toBe("the queue did not take the job; send the request again");
    expect(record()).not.toHaveProperty("redriveRequested");
  });

  it("rejects an id that this stage did not issue", async () => {
    const { status, body } = await memoryApi().post(`/jobs/${jobId(1).replace("echo", "none")}/redrive`);

    expect({ status, type: body.type }).toEqual({ status: 404, type: "urn:sluice:problem:no-such-job" });
  });
});
