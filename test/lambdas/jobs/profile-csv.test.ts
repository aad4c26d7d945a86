import { describe, expect, it } from "vitest";
import * as z from "zod";
import { input, run } from "../../../lambdas/jobs/profile-csv.ts";
import { checkInput, type JobContext } from "../../../lib/core/job-type.ts";
import { outcomeOf } from "../../../lib/core/outcome.ts";
import { jobContext } from "../../support/job-context.ts";
import { deadAddress, serve, serveAnswer } from "../../support/local-server.ts";

const ALLOWED = { ALLOW_PRIVATE_ADDRESSES: "true" };
const CSV = "city,people\nBern,134794\nZürich,427721\n";
const PROFILE = {
  rows: 2,
  columns: [
    { name: "city", type: "string", nulls: 0, distinct: 2, min: "Bern", max: "Zürich", mean: null },
    { name: "people", type: "integer", nulls: 0, distinct: 2, min: 134_794, max: 427_721, mean: 281_257.5 },
  ],
  wrongRows: { count: 0, first: [] },
};

const profileOf = (value: { readonly text?: string; readonly url?: string }, overrides: Partial<JobContext> = {}) =>
  run(value, jobContext({ environment: ALLOWED, ...overrides }));

/** How the worker would see an attempt that throws. */
const outcome = async (attempt: Promise<unknown>) => {
  const thrown = await attempt.then(
    () => new Error("nothing was thrown"),
    (error: unknown) => error,
  );
  return outcomeOf(thrown);
};

describe("profile-csv", () => {
  it("profiles text", async () => {
    expect(await profileOf({ text: CSV })).toEqual(PROFILE);
  });

  it("measures its call of the URL, and none where it has the text", async () => {
    const { url } = await serveAnswer(200, { "content-type": "text/csv" }, CSV);
    let calls = 0;
    const measure: JobContext["measure"] = (call) => {
      calls += 1;
      return call();
    };

    await profileOf({ text: CSV }, { measure });
    const callsForText = calls;
    await profileOf({ url }, { measure });

    expect([callsForText, calls]).toEqual([0, 1]);
  });

  it("profiles what a URL answers", async () => {
    const { url, seen } = await serveAnswer(200, { "content-type": "text/csv" }, CSV);

    expect(await profileOf({ url })).toEqual(PROFILE);
    expect(seen[0]).toMatchObject({ method: "GET" });
  });

  it("profiles a file that comes in pieces, cut anywhere", async () => {
    const { url } = await serve(async (_request, response) => {
      for (const byte of Buffer.from(CSV)) {
        await new Promise<void>((sent) => response.write(Buffer.of(byte), () => sent()));
      }
      response.end();
    });

    expect(await profileOf({ url })).toEqual(PROFILE);
  });

  it("tells wrong rows and profiles the others", async () => {
    const text = 'a,b\n1,2\n3\n4,5,6\n7,"open\n8,9\n';

    const profile = await profileOf({ text });

    expect(profile).toMatchObject({
      rows: 2,
      columns: [
        { min: 1, max: 8 },
        { min: 2, max: 9 },
      ],
      wrongRows: {
        count: 3,
        first: [
          { line: 3, reason: "has 1 fields, the header has 2" },
          { line: 4, reason: "has 3 fields, the header has 2" },
          { line: 5, reason: "opens a quote that is not closed" },
        ],
      },
    });
  });

  it.each([
    ["an empty file", ""],
    ["a file of empty lines", "\n\r\n  \n"],
    ["a header without names", ",,\n1,2,3\n"],
    ["a header with an open quote", '"a,b\n1,2\n'],
    ["UTF-16", "\u0000"],
  ])("rejects %s for good", async (_, text) => {
    const { url } = await serve((_request, response) => {
      response.end(text === "\u0000" ? Buffer.from("\uFEFFa,b\n1,2\n", "utf16le") : text);
    });

    const ended = await outcome(profileOf({ url }));

    expect(ended).toMatchObject({ kind: "permanent" });
    expect(ended).toHaveProperty("error.message", expect.stringContaining("the CSV"));
  });

  it("stops between two chunks when its time is up", async () => {
    const controller = new AbortController();
    const text = `n\n${"1\n".repeat(200_000)}`;

    const attempt = profileOf({ text }, { signal: controller.signal });
    setImmediate(() => controller.abort());

    await expect(attempt).rejects.toMatchObject({ name: "AbortError" });
  });
});

describe("profile-csv of a URL", () => {
  it.each([
    [404, { kind: "permanent" }],
    [302, { kind: "permanent" }],
    [500, { kind: "transient" }],
    [429, { kind: "throttled", retryAfterSeconds: 9 }],
    [503, { kind: "throttled", retryAfterSeconds: 9 }],
  ])("ends after %d as %j", async (status, expected) => {
    const { url } = await serveAnswer(status, { "retry-after": "9", location: "https://example.com/" });

    expect(await outcome(profileOf({ url }))).toMatchObject(expected);
  });

  it("tries again when nobody answers", async () => {
    expect(await outcome(profileOf({ url: await deadAddress() }))).toMatchObject({ kind: "transient" });
  });

  it("tries again when the file breaks off", async () => {
    const { url } = await serve((_request, response) => {
      response.writeHead(200, { "content-length": "1000" });
      response.write("a,b\n1,2\n", () => response.destroy());
    });

    expect(await outcome(profileOf({ url }))).toMatchObject({ kind: "transient" });
  });

  it("rejects a private address", async () => {
    const { url, seen } = await serveAnswer(200, {}, CSV);

    const ended = await outcome(profileOf({ url }, { environment: {} }));

    expect(ended).toMatchObject({ kind: "permanent" });
    expect(seen).toHaveLength(0);
  });

  it("rejects a file that says it is too large", async () => {
    const closed = Promise.withResolvers<void>();
    const { url } = await serve((_request, response) => {
      response.on("close", closed.resolve);
      response.writeHead(200, { "content-length": "50000001" }).write("a,b\n");
    });

    const ended = await outcome(profileOf({ url }));

    expect(ended).toMatchObject({ kind: "permanent" });
    expect(ended).toHaveProperty("error.message", expect.stringContaining("at most 50000000 bytes"));
    await closed.promise;
  });

  it("rejects a file that turns out to be too large", async () => {
    const closed = Promise.withResolvers<void>();
    const { url } = await serve((_request, response) => {
      response.on("close", closed.resolve);
      response.write(`n\n${"1\n".repeat(1_000)}`);
    });

    const ended = await outcome(profileOf({ url }, { environment: { ...ALLOWED, MAX_DOWNLOAD_BYTES: "1000" } }));

    expect(ended).toMatchObject({ kind: "permanent" });
    expect(ended).toHaveProperty("error.message", expect.stringContaining("at most 1000 bytes"));
    await closed.promise;
  });

  it("rejects an encoding that nobody asked for", async () => {
    const { url } = await serveAnswer(200, { "content-encoding": "gzip" }, CSV);

    const ended = await outcome(profileOf({ url }));

    expect(ended).toMatchObject({ kind: "permanent" });
    expect(ended).toHaveProperty("error.message", expect.stringContaining("got gzip"));
  });

  it.each(["0", "-1", "much", ""])("rejects the bound %j, and tries again later", async (bound) => {
    const { url, seen } = await serveAnswer(200, {}, CSV);

    const ended = await outcome(profileOf({ url }, { environment: { ...ALLOWED, MAX_DOWNLOAD_BYTES: bound } }));

    expect(ended).toMatchObject({ kind: "transient" });
    expect(seen).toHaveLength(0);
  });

  it("lets the signal's reason through while the file comes", async () => {
    const controller = new AbortController();
    const { url } = await serve((_request, response) => {
      response.write("a,b\n", () => controller.abort());
    });

    await expect(profileOf({ url }, { signal: controller.signal })).rejects.toMatchObject({ name: "AbortError" });
  });
});

describe("profile-csv's input", () => {
  it.each([{ text: CSV }, { text: "" }, { url: "https://example.com/a.csv" }])("takes %j", async (value) => {
    expect(await checkInput(input, value)).toEqual({ value });
  });

  it.each([
    ["neither text nor url", {}, ""],
    ["both text and url", { text: CSV, url: "https://example.com/a.csv" }, ""],
    ["text that is none", { text: 1 }, "/text"],
    ["a url that is none", { url: "a.csv" }, "/url"],
    ["a password in the url", { url: "https://user:pass@example.com/a.csv" }, "/url"],
    ["an unknown field", { text: CSV, delimiter: ";" }, ""],
  ])("rejects %s", async (_, value, path) => {
    expect(await checkInput(input, value)).toMatchObject({ violations: [expect.objectContaining({ path })] });
  });

  it("says in its JSON Schema that there is one of the two", () => {
    expect(z.toJSONSchema(input)).toMatchObject({
      type: "object",
      additionalProperties: false,
      oneOf: [{ required: ["text"] }, { required: ["url"] }],
    });
  });
});
