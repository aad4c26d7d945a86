import { describe, expect, it } from "vitest";
import { decodeEnvelope } from "../../../lib/core/envelope.ts";
import { jobError } from "../../../lib/core/outcome.ts";
import { SALT } from "../../support/claimed.ts";
import { deadRecord, jobId } from "../../support/dead-record.ts";
import { memoryApi } from "../../support/memory-api.ts";

const withDead = (count: number) => {
  const memory = memoryApi();
  for (let seed = 1; seed <= count; seed += 1) memory.records.set(jobId(seed), deadRecord(seed));
  const redrive = (body: unknown = "") => memory.post("/queues/echo/redrive", body);
  const sentIds = () => memory.sent.map(({ body }) => JSON.parse(body).id);
  return { ...memory, redrive, sentIds };
};

const ids = (from: number, to: number): readonly string[] =>
  Array.from({ length: from - to + 1 }, (_, index) => jobId(from - index));

describe("redriving the dead jobs of a type", () => {
  it("sends all of them, newest first, where no filter is given", async () => {
    const { redrive, sent, sentIds, records } = withDead(3);
    records.set("other_1", deadRecord(9, { id: "other_1", type: "other" }));

    const { status, body } = await redrive();

    expect(status).toBe(202);
    expect(body).toEqual({ dryRun: false, matched: 3, redriven: ids(3, 1), refused: [] });
    expect(sentIds()).toEqual(ids(3, 1));
    const envelopes = sent.map(({ body: text }) => decodeEnvelope(text, { type: "echo", salt: SALT }));
    expect(envelopes).toMatchObject(
      [3, 2, 1].map((seed) => ({ envelope: { redrive: 1, input: { text: `input ${seed}` } } })),
    );
    expect(sent.every(({ tenant, delaySeconds }) => tenant === "acme" && delaySeconds === undefined)).toBe(true);
  });

  it("takes those that died at diedAfter or later, and before diedBefore", async () => {
    const { redrive } = withDead(5);
    const [diedAfter, diedBefore] = [2, 4].map((seed) => deadRecord(seed).finishedAt);

    const { body } = await redrive({ diedAfter, diedBefore });

    expect(body.redriven).toEqual(ids(3, 2));
  });

  it("reads times with an offset", async () => {
    const { redrive } = withDead(3);

    const { body } = await redrive({ diedAfter: "2026-11-22T10:30:03+01:00" });

    expect(body.redriven).toEqual(ids(3, 3));
  });

  it("takes those that died of one error", async () => {
    const { redrive, records } = withDead(3);
    const error = jobError("TypeError", "x is undefined");
    records.set(jobId(2), deadRecord(2, { error }));

    const { body } = await redrive({ fingerprint: error.fingerprint });

    expect(body).toMatchObject({ matched: 1, redriven: [jobId(2)] });
  });

  it("counts them in a dry run, and sends none", async () => {
    const { redrive, sent } = withDead(120);

    const { status, body } = await redrive({ dryRun: true, limit: 500 });

    expect({ status, body }).toEqual({ status: 200, body: { dryRun: true, matched: 120, redriven: [], refused: [] } });
    expect(sent).toEqual([]);
  });

  it("stops at the limit, 100 where none is given, and goes on from the cursor", async () => {
    const { redrive } = withDead(110);

    const first = await redrive({});
    const second = await redrive({ cursor: first.body.cursor, limit: 500 });

    expect(first.body).toMatchObject({ matched: 100, redriven: ids(110, 11), cursor: expect.any(String) });
    expect(second.body).toMatchObject({ matched: 10, redriven: ids(10, 1) });
    expect(second.body).not.toHaveProperty("cursor");
  });

  it("leaves out those that it sent before, so that repeating it comes to an end", async () => {
    const { redrive } = withDead(3);
    await redrive();

    const { body } = await redrive();

    expect(body).toMatchObject({ matched: 0, redriven: [], refused: [] });
  });

  it("begins no job after 14 seconds, and says where to go on", async () => {
    const { api, clock, redrive } = withDead(100);
    const { send } = api.sender;
    Object.assign(api.sender, {
      send: async (...call: Parameters<typeof send>) => {
        await clock.pass(7_000);
        return send(...call);
      },
    });

    const first = await redrive();
    const second = await redrive({ cursor: first.body.cursor });

    expect(first.body).toMatchObject({ matched: 80, redriven: ids(100, 21), cursor: expect.any(String) });
    expect(second.body).toMatchObject({ matched: 20, redriven: ids(20, 1) });
  });

  it("tells of the jobs of a page for which no time was left", async () => {
    const { api, clock, redrive } = withDead(10);
    const { read } = api.records;
    let passing: Promise<void> | undefined;
    const slow = async (...call: Parameters<typeof read>) => {
      passing ??= clock.pass(14_000);
      await passing;
      return read(...call);
    };
    Object.assign(api.records, { read: slow });

    const { body } = await redrive();

    const error = { status: 503, detail: "no time was left; redrive it again" };
    expect(body.redriven).toEqual(ids(10, 3));
    expect(body.refused).toMatchObject([
      { id: jobId(2), error },
      { id: jobId(1), error },
    ]);
  });

  it("tells of each job that was refused, and redrives the others", async () => {
    const { redrive, records } = withDead(4);
    const inputReference = { key: "inputs/a/b", sha256: "0".repeat(64), bytes: 7 };
    records.set(jobId(1), deadRecord(1, { redrives: 3, redriveRequested: 3 }));
    records.set(jobId(2), deadRecord(2, { input: undefined, inputReference }));

    const { status, body } = await redrive();

    expect(status).toBe(202);
    expect(body).toMatchObject({ matched: 4, redriven: ids(4, 3) });
    expect(body.refused).toMatchObject([
      { id: jobId(2), error: { type: "urn:sluice:problem:payload-gone", status: 409 } },
      { id: jobId(1), error: { type: "urn:sluice:problem:redrive-limit", status: 409 } },
    ]);
  });

  it("tells of a job that the index showed as dead and that is not any more", async () => {
    const { api, redrive, records } = withDead(1);
    const jobs = [deadRecord(1)];
    Object.assign(api.records, { listDead: async () => ({ jobs, next: undefined }) });
    records.set(jobId(1), deadRecord(1, { status: "running" }));

    const { body } = await redrive();

    expect(body.redriven).toEqual([]);
    expect(body.refused).toMatchObject([
      { id: jobId(1), error: { detail: `job ${jobId(1)} is running: only a dead job can be redriven` } },
    ]);
  });

  it("tells of a job that the queue did not take or whose record could not be read", async () => {
    const { api, redrive, failures, records } = withDead(3);
    failures.set(0, "AccessDenied");
    const { read } = api.records;
    Object.assign(api.records, {
      read: (id: string, options: { readonly isConsistent: boolean }) =>
        id === jobId(1) ? Promise.reject(new Error("ThrottlingException")) : read(id, options),
    });

    const { body } = await redrive();

    expect(body.redriven).toEqual([jobId(2)]);
    expect(body.refused).toMatchObject([
      { id: jobId(1), error: { status: 503, detail: "the job's record could not be read; redrive it again" } },
      { id: jobId(3), error: { status: 503, detail: "the queue did not take the job; redrive it again" } },
    ]);
    expect(JSON.stringify(body)).not.toMatch(/AccessDenied|Throttling/);
    expect(records.get(jobId(3))).not.toHaveProperty("redriveRequested");
  });

  it("tells what it redrove and where to go on, should the index fail in the middle", async () => {
    const { api, redrive } = withDead(60);
    const { listDead } = api.records;
    let pages = 0;
    const failing = (...call: Parameters<typeof listDead>) => {
      pages += 1;
      return pages === 2 ? Promise.reject(new Error("no answer")) : listDead(...call);
    };
    Object.assign(api.records, { listDead: failing });

    const first = await redrive();
    const second = await redrive({ cursor: first.body.cursor });

    expect(first).toMatchObject({ status: 202, body: { matched: 40, redriven: ids(60, 21) } });
    expect(second.body).toMatchObject({ redriven: ids(20, 1) });
  });

  it("reads at most eight records at once", async () => {
    const { api, redrive } = withDead(30);
    const { read } = api.records;
    let [reading, most] = [0, 0];
    Object.assign(api.records, {
      read: async (...call: Parameters<typeof read>) => {
        reading += 1;
        most = Math.max(most, reading);
        await new Promise(setImmediate);
        reading -= 1;
        return read(...call);
      },
    });

    await redrive();

    expect(most).toBe(8);
  });

  it.each([
    [{ finger: 1 }, "/finger", "is unknown; the fields are fingerprint, diedBefore, diedAfter, limit, cursor, dryRun"],
    [{ fingerprint: "x" }, "/fingerprint", "must be the fingerprint of an error: 16 hexadecimal digits"],
    [{ diedBefore: "yesterday" }, "/diedBefore", "must be a time in ISO 8601, for example 2026-11-22T10:00:00Z"],
    [{ diedAfter: 1 }, "/diedAfter", "must be a time in ISO 8601, for example 2026-11-22T10:00:00Z"],
    [{ diedAfter: "2026-02-30" }, "/diedAfter", "must be a time in ISO 8601, for example 2026-11-22T10:00:00Z"],
    [{ limit: 0 }, "/limit", "must be a whole number from 1 to 500"],
    [{ limit: 501 }, "/limit", "must be a whole number from 1 to 500"],
    [{ limit: "5" }, "/limit", "must be a whole number from 1 to 500"],
    [{ cursor: "" }, "/cursor", "must be the cursor of an earlier answer"],
    [{ dryRun: "yes" }, "/dryRun", "must be true or false"],
    [
      { diedAfter: "2026-11-22", diedBefore: "2026-11-22" },
      "/diedBefore",
      "must be later than diedAfter, 2026-11-22T00:00:00.000Z",
    ],
    [[], "", "must be an object; its fields are fingerprint, diedBefore, diedAfter, limit, cursor, dryRun"],
  ])("rejects %j and names the field", async (filter, path, message) => {
    const { redrive, sent } = withDead(1);

    const { status, body } = await redrive(filter);

    expect(status).toBe(422);
    expect(body.errors).toEqual([{ path, message }]);
    expect(sent).toEqual([]);
  });

  it("rejects a body that is not JSON", async () => {
    const { status, body } = await withDead(1).redrive("{");

    expect({ status, type: body.type }).toEqual({ status: 400, type: "urn:sluice:problem:not-json" });
  });

  it("rejects an unknown job type", async () => {
    const { status, body } = await memoryApi().post("/queues/nothing/redrive");

    expect({ status, detail: body.detail }).toEqual({
      status: 404,
      detail: 'there is no job type "nothing"; this stage has echo, other',
    });
  });
});
