import fc from "fast-check";
import { describe, expect, it } from "vitest";
import type { OutgoingMessage } from "../../../lambdas/api/api.ts";
import { decodeEnvelope, type Envelope } from "../../../lib/core/envelope.ts";
import { INLINE_PAYLOAD_BYTES, SQS_MAX_MESSAGE_BYTES } from "../../../lib/core/limits.ts";
import { SALT } from "../../support/claimed.ts";
import { memoryApi } from "../../support/memory-api.ts";

const text = (value: string) => ({ input: { text: value } });

/** An input of so many bytes as JSON. */
const sized = (bytes: number) => text("x".repeat(bytes - JSON.stringify(text("").input).length));

const envelopeOf = (message: OutgoingMessage | undefined): Envelope => {
  const body = message?.body ?? "";
  const decoded = decodeEnvelope(body, { type: JSON.parse(body).type, salt: SALT });
  if ("malformed" in decoded) throw new Error(decoded.malformed);
  return decoded.envelope;
};

describe("submitting a job", () => {
  it("answers 202 with the id and where to read it, after one send", async () => {
    const { post, sent } = memoryApi();

    const { status, headers, body } = await post("/jobs/echo", { ...text("hi"), tenant: "acme", delaySeconds: 5 });

    expect({ status, type: body.type, state: body.status }).toEqual({ status: 202, type: "echo", state: "queued" });
    expect(headers.location).toBe(`/jobs/${body.id}`);
    expect(sent).toMatchObject([{ id: body.id, tenant: "acme", delaySeconds: 5 }]);
  });

  it("puts all that the worker needs into the message", async () => {
    const { post, sent } = memoryApi();

    const { body } = await post("/jobs/echo", { ...text("hi"), tenant: "acme" });

    expect(envelopeOf(sent[0])).toMatchObject({
      id: body.id,
      tenant: "acme",
      submittedAt: "2026-11-22T10:00:00.000Z",
      input: { text: "hi" },
    });
  });

  it("gives every job an id of its own", async () => {
    const { post } = memoryApi();

    const [one, other] = [await post("/jobs/echo", text("a")), await post("/jobs/echo", text("a"))];

    expect(one.body.id).not.toBe(other.body.id);
  });

  it("rejects an unknown job type and names those there are", async () => {
    const { post } = memoryApi();

    const { status, headers, body } = await post("/jobs/nothing", text("hi"));

    expect(status).toBe(404);
    expect(headers["content-type"]).toBe("application/problem+json");
    expect(body).toMatchObject({
      type: "urn:sluice:problem:unknown-job-type",
      detail: 'there is no job type "nothing"; this stage has echo, other',
    });
  });

  it.each(["", "{", "text", "{'input': 1}"])("rejects %j: not JSON", async (raw) => {
    const { post, sent } = memoryApi();

    const { status, body } = await post("/jobs/echo", raw);

    expect({ status, type: body.type }).toEqual({ status: 400, type: "urn:sluice:problem:not-json" });
    expect(sent).toEqual([]);
  });

  it.each([
    [[], "", "must be an object with the field input"],
    [null, "", "must be an object with the field input"],
    [{}, "/input", "must be there: it is what the job works on"],
    [{ input: { text: 7 } }, "/input/text", "Invalid input: expected string, received number"],
    [{ ...text("a"), delay: 5 }, "/delay", "is unknown; the fields are input, tenant, delaySeconds"],
    [{ ...text("a"), delaySeconds: 901 }, "/delaySeconds", "must be a whole number from 0 to 900"],
    [{ ...text("a"), delaySeconds: 1.5 }, "/delaySeconds", "must be a whole number from 0 to 900"],
    [{ ...text("a"), delaySeconds: "5" }, "/delaySeconds", "must be a whole number from 0 to 900"],
    [{ ...text("a"), tenant: "" }, "/tenant", "must be 1 to 128 printable ASCII characters"],
    [{ ...text("a"), tenant: "é" }, "/tenant", "must be 1 to 128 printable ASCII characters"],
  ])("rejects %j and names the field", async (submission, path, message) => {
    const { post, sent } = memoryApi();

    const { status, body } = await post("/jobs/echo", submission);

    expect(status).toBe(422);
    expect(body.errors).toEqual([{ path, message }]);
    expect(sent).toEqual([]);
  });

  it("names every wrong field at once", async () => {
    const { post } = memoryApi();

    const { body } = await post("/jobs/echo", { tenant: 1, delaySeconds: -1, extra: true });

    expect((body.errors as { path: string }[]).map(({ path }) => path).sort()).toEqual([
      "/delaySeconds",
      "/extra",
      "/input",
      "/tenant",
    ]);
  });

  it("rejects an input over the limit, told in bytes and not in characters", async () => {
    const { post } = memoryApi();

    const { status, body } = await post("/jobs/echo", text("é".repeat(1_600_000)));

    expect(status).toBe(413);
    expect(body.detail).toBe("input must be at most 3145728 bytes as JSON, got 3200011");
  });

  it("answers 503 with Retry-After where the queue does not take the job", async () => {
    const { post, failures } = memoryApi();
    failures.set(0, "AccessDenied");

    const { status, headers, body } = await post("/jobs/echo", text("hi"));

    expect(status).toBe(503);
    expect(headers["retry-after"]).toBe("1");
    expect(JSON.stringify(body)).not.toContain("AccessDenied");
  });

  it("never answers with a stack trace, whatever the body", async () => {
    await fc.assert(
      fc.asyncProperty(fc.oneof(fc.string(), fc.json()), async (raw) => {
        const { status, headers } = await memoryApi().post("/jobs/echo", raw);

        expect([400, 413, 422]).toContain(status);
        expect(headers["content-type"]).toBe("application/problem+json");
      }),
    );
  });
});

describe("a large input", () => {
  it("stays in the message up to 256 KiB, and nothing is written to the bucket", async () => {
    const { post, sent, payloads } = memoryApi();

    await post("/jobs/echo", sized(INLINE_PAYLOAD_BYTES));

    expect(envelopeOf(sent[0])).toMatchObject(sized(INLINE_PAYLOAD_BYTES));
    expect(payloads.objects.size).toBe(0);
  });

  it("above that is in the bucket before the message is sent, and the message says where", async () => {
    const { api, post, sent, payloads } = memoryApi();
    const objectsAtSend: number[] = [];
    const { send } = api.sender;
    Object.assign(api.sender, {
      send: (...call: Parameters<typeof send>) => {
        objectsAtSend.push(payloads.objects.size);
        return send(...call);
      },
    });

    const { status, body } = await post("/jobs/echo", sized(INLINE_PAYLOAD_BYTES + 1));

    const { inputReference } = envelopeOf(sent[0]);
    expect(status).toBe(202);
    expect(objectsAtSend).toEqual([1]);
    expect(inputReference?.key).toBe(`inputs/${body.id}/${inputReference?.sha256}`);
    expect(inputReference && (await payloads.get(inputReference))).toEqual(sized(INLINE_PAYLOAD_BYTES + 1).input);
    expect(Buffer.byteLength(sent[0]?.body ?? "")).toBeLessThan(1_000);
  });

  it("of whatever content never makes a message that SQS refuses", async () => {
    const character = fc.constantFrom("x", "é", "\n", '"', "\u0001", "😀");
    await fc.assert(
      fc.asyncProperty(character, fc.integer({ min: 1, max: 700_000 }), async (one, count) => {
        const { post, sent } = memoryApi();

        const { status } = await post("/jobs/other", { input: one.repeat(count) });

        const bytes = sent.map(({ body }) => Buffer.byteLength(body));
        expect(Math.max(0, ...bytes)).toBeLessThan(SQS_MAX_MESSAGE_BYTES);
        expect(status).toBe(Buffer.byteLength(JSON.stringify(one.repeat(count))) > 3_145_728 ? 413 : 202);
      }),
      { numRuns: 20 },
    );
  });

  it("is not written for a reused Idempotency-Key", async () => {
    const { post, payloads, records } = memoryApi();
    const key = { "idempotency-key": "order-7" };
    const { body } = await post("/jobs/echo", text("a"), key);
    const id = String(body.id);
    const common = { attempts: 1, claims: 1, submittedAt: "", history: [], inputDigest: "another" };
    records.set(id, { id, type: "echo", status: "running", ...common });

    const { status } = await post("/jobs/echo", sized(300_000), key);

    expect(status).toBe(409);
    expect(payloads.objects.size).toBe(0);
  });

  it("rejects the job with 503 where the bucket does not answer, and sends nothing", async () => {
    const { api, post, sent, log } = memoryApi();
    Object.assign(api.payloads, { put: () => Promise.reject(new Error("SlowDown")) });

    const { status, headers, body } = await post("/jobs/echo", sized(300_000));

    expect({ status, type: body.type }).toEqual({ status: 503, type: "urn:sluice:problem:unavailable" });
    expect(headers["retry-after"]).toBe("1");
    expect(body.detail).toBe("the payload bucket, which keeps large inputs, did not take the job's; send it again");
    expect(sent).toEqual([]);
    expect(log).toEqual(["input.not-kept"]);
  });

  it("of a batch that the bucket does not take rejects that job alone", async () => {
    const { api, post, sent } = memoryApi();
    Object.assign(api.payloads, { put: () => Promise.reject(new Error("SlowDown")) });

    const { status, body } = await post("/jobs/echo/batch", { jobs: [text("a"), sized(300_000), text("b")] });

    expect(status).toBe(202);
    expect(body.accepted).toMatchObject([{ index: 0 }, { index: 2 }]);
    expect(body.rejected).toMatchObject([{ index: 1, error: { status: 503 } }]);
    expect(sent).toHaveLength(2);
  });

  it("of a batch for which no time is left rejects that job, and sends the others", async () => {
    const { api, clock, post, sent } = memoryApi();
    const { put } = api.payloads;
    const slow = async (...call: Parameters<typeof put>) => {
      await clock.pass(4_000);
      return put(...call);
    };
    Object.assign(api.payloads, { put: slow });

    const { body } = await post("/jobs/echo/batch", { jobs: Array.from({ length: 20 }, () => sized(300_000)) });

    const rejected = body.rejected as { readonly error: { readonly status: number; readonly detail: string } }[];
    expect(sent.length).toBeGreaterThan(0);
    expect(sent.length + rejected.length).toBe(20);
    expect(rejected.at(-1)?.error).toMatchObject({
      status: 503,
      detail: "no time was left for the job; send it again",
    });
  });

  it("of a batch is written with at most three others at once", async () => {
    const { api, post, sent } = memoryApi();
    const { put } = api.payloads;
    let [writing, most] = [0, 0];
    Object.assign(api.payloads, {
      put: async (...call: Parameters<typeof put>) => {
        writing += 1;
        most = Math.max(most, writing);
        await new Promise(setImmediate);
        writing -= 1;
        return put(...call);
      },
    });

    await post("/jobs/echo/batch", { jobs: Array.from({ length: 10 }, () => sized(300_000)) });

    expect(sent).toHaveLength(10);
    expect(most).toBe(4);
  });
});

describe("an Idempotency-Key", () => {
  const key = { "idempotency-key": "order-7" };

  it("makes the same job of the same request", async () => {
    const { post } = memoryApi();

    const [one, other] = [await post("/jobs/echo", text("a"), key), await post("/jobs/echo", text("a"), key)];

    expect(other.body.id).toBe(one.body.id);
  });

  it("means another job for another type, tenant or key", async () => {
    const { post } = memoryApi();

    const answers = [
      await post("/jobs/echo", text("a"), key),
      await post("/jobs/other", text("a"), key),
      await post("/jobs/echo", { ...text("a"), tenant: "acme" }, key),
      await post("/jobs/echo", text("a"), { "idempotency-key": "order-8" }),
    ];

    expect(new Set(answers.map(({ body }) => body.id)).size).toBe(4);
  });

  it("rejects another input once the job has a record, and takes the same written differently", async () => {
    const { post, sent, records } = memoryApi();
    const { body } = await post("/jobs/other", { input: { a: 1, b: 2 } }, key);
    const id = String(body.id);
    const { inputDigest } = envelopeOf(sent[0]);
    records.set(id, {
      id,
      type: "other",
      status: "running",
      attempts: 1,
      claims: 1,
      submittedAt: "",
      history: [],
      inputDigest,
    });

    const same = await post("/jobs/other", '{"input":{"b":2,"a":1}}', key);
    const reused = await post("/jobs/other", { input: { a: 1, b: 3 } }, key);

    expect(same.status).toBe(202);
    expect(reused.status).toBe(409);
    expect(reused.body.type).toBe("urn:sluice:problem:idempotency-key-reused");
  });

  it.each(["a", "b"])("rejects input %j under the key of a job that was cancelled before it started", async (input) => {
    const { post, sent } = memoryApi();
    const { body } = await post("/jobs/echo", text("a"), key);
    await post(`/jobs/${body.id}/cancel`);

    const again = await post("/jobs/echo", text(input), key);

    expect({ status: again.status, type: again.body.type }).toEqual({
      status: 409,
      type: "urn:sluice:problem:job-finished",
    });
    expect(again.body.detail).toBe(
      `job ${body.id}, which has this Idempotency-Key, was cancelled before it started: take another key to submit it again`,
    );
    expect(sent).toHaveLength(1);
  });

  it.each(["", "é", "x".repeat(256)])("rejects %j as a key", async (made) => {
    const { status, body } = await memoryApi().post("/jobs/echo", text("a"), { "idempotency-key": made });

    expect({ status, type: body.type }).toEqual({ status: 400, type: "urn:sluice:problem:malformed-request" });
  });
});

describe("submitting a batch", () => {
  it("accepts what is right, rejects what is wrong, and says which is which", async () => {
    const { post, sent } = memoryApi();

    const { status, body } = await post("/jobs/echo/batch", { jobs: [text("a"), { input: {} }, text("b"), "job"] });

    expect(status).toBe(202);
    expect(body.accepted).toMatchObject([{ index: 0 }, { index: 2 }]);
    expect(body.rejected).toMatchObject([
      { index: 1, error: { status: 422, errors: [{ path: "/jobs/1/input/text" }] } },
      { index: 3, error: { status: 422, errors: [{ path: "/jobs/3" }] } },
    ]);
    expect(sent).toHaveLength(2);
  });

  it("reports a job that the queue did not take, and loses none of the others", async () => {
    const { post, failures, sent } = memoryApi();
    failures.set(1, "ServiceUnavailable");

    const { body } = await post("/jobs/echo/batch", { jobs: [text("a"), text("b"), text("c")] });

    expect(body.accepted).toMatchObject([{ index: 0 }, { index: 2 }]);
    expect(body.rejected).toMatchObject([{ index: 1, error: { status: 503 } }]);
    expect(sent).toHaveLength(2);
  });

  it("accounts for every job, whatever is in the batch", async () => {
    const job = fc.oneof(fc.constant(text("a")), fc.jsonValue());
    await fc.assert(
      fc.asyncProperty(fc.array(job, { minLength: 1, maxLength: 50 }), async (jobs) => {
        const { post, sent } = memoryApi();

        const { body } = await post("/jobs/echo/batch", { jobs });

        const indexes = [...(body.accepted as { index: number }[]), ...(body.rejected as { index: number }[])];
        expect(indexes.map(({ index }) => index).sort((a, b) => a - b)).toEqual(jobs.map((_, index) => index));
        expect(sent).toHaveLength((body.accepted as unknown[]).length);
      }),
    );
  });

  it.each([
    [{}, "/jobs"],
    [{ jobs: [] }, "/jobs"],
    [{ jobs: {} }, "/jobs"],
    [{ jobs: Array.from({ length: 501 }, () => text("a")) }, "/jobs"],
    [{ jobs: [text("a")], more: 1 }, "/more"],
  ])("rejects a malformed batch as a whole", async (batch, path) => {
    const { status, body } = await memoryApi().post("/jobs/echo/batch", batch);

    expect(status).toBe(422);
    expect(body.errors).toMatchObject([{ path }]);
  });

  it("rejects an Idempotency-Key, which could not name them all", async () => {
    const { status } = await memoryApi().post("/jobs/echo/batch", { jobs: [text("a")] }, { "idempotency-key": "k" });

    expect(status).toBe(400);
  });
});
