import { Webhook } from "standardwebhooks";
import { describe, expect, it } from "vitest";
import * as z from "zod";
import { input, retry, run } from "../../../lambdas/jobs/deliver-webhook.ts";
import { processBatch } from "../../../lambdas/worker/process-batch.ts";
import { checkInput, type JobContext } from "../../../lib/core/job-type.ts";
import { outcomeOf } from "../../../lib/core/outcome.ts";
import { retryPolicy } from "../../../lib/core/retry.ts";
import { envelope } from "../../support/claimed.ts";
import { jobContext } from "../../support/job-context.ts";
import { deadAddress, serve, serveAnswer } from "../../support/local-server.ts";
import { message, setUp } from "../../support/worker-setup.ts";

const SECRET = `whsec_${Buffer.alloc(24, 1).toString("base64")}`;
const OLD_SECRET = `whsec_${Buffer.alloc(24, 2).toString("base64")}`;
const EVENT = { event: "invoice.paid", data: { id: "in_1", amount: 12.5, name: "Zoë" } };

const deliver = (url: string, overrides: Partial<JobContext> = {}) =>
  run(
    { url, ...EVENT },
    jobContext({ environment: { ALLOW_PRIVATE_ADDRESSES: "true", WEBHOOK_SIGNING_SECRET: SECRET }, ...overrides }),
  );

/** How the worker would see an attempt that throws. */
const outcome = async (attempt: Promise<unknown>) => {
  const thrown = await attempt.then(
    () => new Error("nothing was thrown"),
    (error: unknown) => error,
  );
  return outcomeOf(thrown);
};

describe("deliver-webhook", () => {
  it("posts type, time of submission and data as JSON, and succeeds with the status", async () => {
    const { url, seen } = await serveAnswer(202, {}, "thanks");

    const result = await deliver(`${url}hooks?tenant=1`);

    expect(result).toEqual({ status: 202 });
    expect(seen).toHaveLength(1);
    expect(seen[0]).toMatchObject({ method: "POST", url: "/hooks?tenant=1" });
    expect(seen[0]?.headers).toMatchObject({ "content-type": "application/json" });
    expect(seen[0]?.headers["user-agent"]).toMatch(/^sluice\//);
    expect(JSON.parse(seen[0]?.body ?? "")).toEqual({
      type: "invoice.paid",
      timestamp: "2026-11-22T09:59:00.000Z",
      data: EVENT.data,
    });
  });

  it("signs so that a receiver's library verifies it, and a changed body fails", async () => {
    const { url, seen } = await serveAnswer(200);

    await deliver(url, { idempotencyKey: "the-key" });

    const { body = "", headers = {} } = seen[0] ?? {};
    expect(headers["webhook-id"]).toBe("the-key");
    expect(new Webhook(SECRET).verify(body, headers)).toMatchObject({ type: "invoice.paid" });
    expect(() => new Webhook(SECRET).verify(body.replace("12.5", "99"), headers)).toThrow("No matching signature");
    expect(() => new Webhook(OLD_SECRET).verify(body, headers)).toThrow("No matching signature");
  });

  it("signs with both secrets while they are changed", async () => {
    const { url, seen } = await serveAnswer(200);
    const environment = { ALLOW_PRIVATE_ADDRESSES: "true", WEBHOOK_SIGNING_SECRET: `${SECRET} ${OLD_SECRET}` };

    await deliver(url, { environment });

    const { body = "", headers = {} } = seen[0] ?? {};
    expect(headers["webhook-signature"]?.split(" ")).toHaveLength(2);
    for (const secret of [SECRET, OLD_SECRET]) {
      expect(() => new Webhook(secret).verify(body, headers)).not.toThrow();
    }
  });

  it("sends the same body and id on every attempt", async () => {
    const { url, seen } = await serveAnswer(200);

    await deliver(url, { attempt: 1 });
    await deliver(url, { attempt: 2 });

    expect(seen[1]?.body).toBe(seen[0]?.body);
    expect(seen[1]?.headers["webhook-id"]).toBe(seen[0]?.headers["webhook-id"]);
  });

  it("sends data that is no object", async () => {
    const { url, seen } = await serveAnswer(200);
    const environment = { ALLOW_PRIVATE_ADDRESSES: "true", WEBHOOK_SIGNING_SECRET: SECRET };

    await run({ url, event: "ping", data: null }, jobContext({ environment }));

    expect(JSON.parse(seen[0]?.body ?? "")).toMatchObject({ type: "ping", data: null });
  });

  it("measures its call of the receiver, and nothing else", async () => {
    const { url, seen } = await serveAnswer(200);
    const measured: unknown[] = [];
    const measure: JobContext["measure"] = async (call) => {
      const seenBefore = seen.length;
      const result = await call();
      measured.push(seen.length - seenBefore);
      return result;
    };

    await deliver(url, { measure });

    expect(measured).toEqual([1]);
  });

  it.each([200, 201, 204, 299])("takes %d for a delivery", async (status) => {
    const { url } = await serveAnswer(status);

    await expect(deliver(url)).resolves.toEqual({ status });
  });

  it("takes a delivery for one although the answer's body breaks off", async () => {
    const { url } = await serve((request, response) => {
      request.resume();
      response.writeHead(200, { "content-length": "100" });
      response.write("half", () => response.destroy());
    });

    await expect(deliver(url)).resolves.toEqual({ status: 200 });
  });
});

describe("deliver-webhook, when the receiver is under pressure,", () => {
  it.each([429, 503])("waits after %d as long as the receiver asks, in seconds", async (status) => {
    const { url, host } = await serveAnswer(status, { "retry-after": "17" });

    const ended = await outcome(deliver(url));

    expect(ended).toMatchObject({ kind: "throttled", retryAfterSeconds: 17 });
    expect(ended).toHaveProperty("error.message", `${host} answered ${status}`);
  });

  it("waits until the date that the receiver names", async () => {
    const { url } = await serveAnswer(503, { "retry-after": new Date(Date.now() + 90_000).toUTCString() });

    const ended = await outcome(deliver(url));

    const seconds = ended.kind === "throttled" ? ended.retryAfterSeconds : undefined;
    expect(seconds).toBeGreaterThan(80);
    expect(seconds).toBeLessThanOrEqual(90);
  });

  it("waits at most 12 hours", async () => {
    const { url } = await serveAnswer(429, { "retry-after": "1000000" });

    expect(await outcome(deliver(url))).toMatchObject({ kind: "throttled", retryAfterSeconds: 43_200 });
  });

  it.each([{}, { "retry-after": "soon" }])("leaves the wait to the retry policy with %j", async (headers) => {
    const { url } = await serveAnswer(503, headers as Record<string, string>);

    expect(await outcome(deliver(url))).toMatchObject({ kind: "throttled", retryAfterSeconds: undefined });
  });
});

describe("deliver-webhook, when the receiver is out of order,", () => {
  /** Delivers a job again and again, as its worker does while the receiver answers so. */
  const deliverAgain = async (status: number, deliveries: number) => {
    const { url } = await serveAnswer(status, { "retry-after": "5" });
    const test = setUp(async () => undefined, {}, { input, run, retry });
    const environment = { ALLOW_PRIVATE_ADDRESSES: "true", WEBHOOK_SIGNING_SECRET: SECRET };
    const job = envelope({ input: { url, ...EVENT } });
    for (let delivery = 0; delivery < deliveries; delivery += 1) {
      await processBatch({ ...test.worker, environment }, [message(job)], () => 65_000);
      await test.clock.pass(60_000);
    }
    return { ...test, record: test.records.records.get(job.id) };
  };

  it.each([429, 503])("charges no attempt for %d, however often, and is under pressure", async (status) => {
    const deliveries = 2 * (retry.attempts ?? 0);
    const { record, scaling } = await deliverAgain(status, deliveries);

    expect(record).toMatchObject({ status: "retrying", attempts: 0, claims: deliveries });
    expect(scaling.written).toHaveLength(deliveries);
    expect(scaling.written).toMatchObject(
      scaling.written.map(() => ({ counts: { pressure: 1, transient: 0, calls: 1 } })),
    );
    expect(scaling.wakes).toHaveLength(deliveries);
  });

  it("charges an attempt for 500, which says nothing about its load", async () => {
    const { record, scaling } = await deliverAgain(500, 1);

    expect(record).toMatchObject({ status: "retrying", attempts: 1 });
    expect(scaling.written).toMatchObject([{ counts: { pressure: 0, transient: 1, calls: 1 } }]);
    expect(scaling.wakes).toEqual([]);
  });
});

describe("deliver-webhook, when the receiver refuses,", () => {
  it.each([400, 401, 403, 404, 408, 410, 422, 451])("gives up after %d", async (status) => {
    const { url, host } = await serveAnswer(status, {}, "no such\n  hook");

    const ended = await outcome(deliver(`${url}secret-path`));

    expect(ended).toMatchObject({ kind: "permanent" });
    expect(ended).toHaveProperty("error.message", `${host} answered ${status}: no such hook`);
  });

  it("quotes no more than 200 characters of what the receiver says", async () => {
    const { url, host } = await serveAnswer(404, {}, "x".repeat(100_000));

    const ended = await outcome(deliver(url));

    expect(ended).toHaveProperty("error.message", `${host} answered 404: ${"x".repeat(200)}`);
  });

  it.each([301, 302, 303, 307, 308])("gives up after %d and does not follow it", async (status) => {
    const target = await serveAnswer(200);
    const { url, host } = await serveAnswer(status, { location: target.url });

    const ended = await outcome(deliver(url));

    expect(ended).toMatchObject({ kind: "permanent" });
    expect(ended).toHaveProperty("error.message", `${host} answered ${status}: redirects are not followed`);
    expect(target.seen).toHaveLength(0);
  });

  it.each([500, 502, 504, 599])("tries again after %d", async (status) => {
    const { url, host } = await serveAnswer(status, {}, "oops");

    const ended = await outcome(deliver(url));

    expect(ended).toMatchObject({ kind: "transient" });
    expect(ended).toHaveProperty("error.message", `${host} answered ${status}: oops`);
  });

  it("tries again when nobody answers", async () => {
    const ended = await outcome(deliver(await deadAddress()));

    expect(ended).toMatchObject({ kind: "transient" });
  });

  it("lets the signal's reason through when its time is up", async () => {
    const arrived = Promise.withResolvers<void>();
    const { url } = await serve(() => arrived.resolve());
    const controller = new AbortController();

    const attempt = deliver(url, { signal: controller.signal });
    attempt.catch(() => {});
    await arrived.promise;
    controller.abort();

    await expect(attempt).rejects.toMatchObject({ name: "AbortError" });
  });
});

describe("deliver-webhook and its environment", () => {
  it("rejects a private address for good, and says how to allow it", async () => {
    const { url, host, seen } = await serveAnswer(200);
    const environment = { WEBHOOK_SIGNING_SECRET: SECRET };

    const http = await outcome(deliver(url, { environment }));
    const https = await outcome(deliver(`https://${host}/`, { environment }));

    expect(http).toMatchObject({ kind: "permanent" });
    expect(https).toMatchObject({ kind: "permanent" });
    expect(https).toHaveProperty("error.message", expect.stringContaining("ALLOW_PRIVATE_ADDRESSES"));
    expect(seen).toHaveLength(0);
  });

  it.each([
    ["no secret", undefined],
    ["an empty secret", " "],
    ["a secret without whsec_", Buffer.alloc(24).toString("base64")],
    ["a secret that is no base64", "whsec_!!!"],
    ["an empty key", "whsec_"],
    ["one wrong secret of two", `${SECRET} hunter2`],
  ])("rejects %s before it sends anything, tries again later, and tells no secret", async (_, secret) => {
    const { url, seen } = await serveAnswer(200);
    const environment = { ALLOW_PRIVATE_ADDRESSES: "true", WEBHOOK_SIGNING_SECRET: secret };

    const ended = await outcome(deliver(url, { environment }));

    expect(ended).toMatchObject({ kind: "transient" });
    expect(ended).toHaveProperty(
      "error.message",
      expect.stringMatching(/^WEBHOOK_SIGNING_SECRET must be whsec_<base64>/),
    );
    expect(JSON.stringify(ended)).not.toContain("hunter2");
    expect(seen).toHaveLength(0);
  });
});

describe("deliver-webhook's declarations", () => {
  const valid = { url: "https://example.com/hooks", ...EVENT };

  it.each([
    ["an event of several words", { ...valid, event: "a.b-c.d_e" }],
    ["data of any kind", { ...valid, data: [1, "two", null] }],
    ["plain http:, which a stage may allow", { ...valid, url: "http://127.0.0.1:8080/" }],
    ["an @ in the query", { ...valid, url: "https://example.com/?mail=a@b.c" }],
  ])("take %s", async (_, value) => {
    expect(await checkInput(input, value)).toEqual({ value });
  });

  it.each([
    ["a missing url", { ...EVENT }, "/url"],
    ["a url that is none", { ...valid, url: "example.com" }, "/url"],
    ["another scheme", { ...valid, url: "ftp://example.com/" }, "/url"],
    ["a password in the url", { ...valid, url: "https://user:pass@example.com/" }, "/url"],
    ["an endless url", { ...valid, url: `https://example.com/${"x".repeat(2_048)}` }, "/url"],
    ["an event with spaces", { ...valid, event: "invoice paid" }, "/event"],
    ["an event that ends in a full stop", { ...valid, event: "invoice." }, "/event"],
    ["an empty event", { ...valid, event: "" }, "/event"],
    ["missing data", { url: valid.url, event: valid.event }, "/data"],
    ["an unknown field", { ...valid, retries: 3 }, ""],
  ])("rejects %s", async (_, value, path) => {
    const checked = await checkInput(input, value);

    expect(checked).toMatchObject({ violations: [expect.objectContaining({ path })] });
  });

  it("describe every field for the OpenAPI document", () => {
    const schema = z.toJSONSchema(input);

    expect(schema).toMatchObject({ type: "object", additionalProperties: false, required: ["url", "event", "data"] });
    expect(Object.values(schema.properties ?? {})).toEqual(
      ["url", "event", "data"].map(() => expect.objectContaining({ description: expect.any(String) })),
    );
  });

  it("ask for a retry policy that needs no cutting", () => {
    expect(retryPolicy(retry)).toEqual(retry);
  });
});
