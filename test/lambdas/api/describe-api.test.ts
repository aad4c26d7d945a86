import { describe, expect, it } from "vitest";
import * as z from "zod";
import { matchRoute } from "../../../lib/core/routes.ts";
import { deadRecord, jobId } from "../../support/dead-record.ts";
import { type Answer, memoryApi } from "../../support/memory-api.ts";

type Json = Readonly<Record<string, unknown>>;

/** A schema of the document, strict: what it does not name must not be there. */
const strict = (schema: unknown): unknown => {
  if (Array.isArray(schema)) return schema.map(strict);
  if (typeof schema !== "object" || schema === null) return schema;
  const { $ref, ...rest } = Object.fromEntries(Object.entries(schema).map(([name, value]) => [name, strict(value)]));
  if (typeof $ref === "string") return { $ref: $ref.replace("#/components/schemas/", "#/$defs/") };
  return "properties" in rest ? { additionalProperties: false, ...rest } : rest;
};

/** Checks an answer against what the API says of itself. */
const breachesOf = async (
  { request }: ReturnType<typeof memoryApi>,
  method: string,
  path: string,
  { status, headers, body }: Answer,
): Promise<unknown> => {
  const document = (await request("GET", "/openapi.json")).body as {
    readonly paths: Readonly<
      Record<string, Readonly<Record<string, { readonly responses: Readonly<Record<string, Json>> }>>>
    >;
    readonly components: { readonly schemas: Json };
  };
  const match = matchRoute(method, path);
  if (match.kind !== "matched") throw new Error(`${path} must be a route`);
  const isSubmission = /^submit/.test(match.route.operationId);
  const described = isSubmission ? path : match.route.path;
  const response = document.paths[described]?.[method.toLowerCase()]?.responses[status];
  const content = response?.content as Readonly<Record<string, { readonly schema: unknown }>> | undefined;
  const type = headers["content-type"] ?? "application/json";
  if (content?.[type] === undefined) return `${method} ${described} must describe ${status} as ${type}`;
  const $defs = Object.fromEntries(
    Object.entries(document.components.schemas).map(([name, schema]) => [name, strict(schema)]),
  );
  const schema = { ...(strict(content[type].schema) as Json), $defs };
  return z.fromJSONSchema(schema as Parameters<typeof z.fromJSONSchema>[0]).safeParse(body).error?.issues;
};

/** An API with a job in each state in which a route tells it from others. */
const populated = () => {
  const memory = memoryApi();
  const { records, deadLetters, payloads } = memory;
  records.set(jobId(1), deadRecord(1, { status: "running", cancelRequestedAt: "2026-11-22T09:20:00.000Z" }));
  records.set(jobId(2), deadRecord(2, { status: "succeeded", error: undefined, result: [1] }));
  const resultReference = { key: "results/a/1", sha256: "0".repeat(64), bytes: 1 };
  records.set(jobId(3), deadRecord(3, { status: "succeeded", error: undefined, resultReference }));
  records.set(jobId(4), deadRecord(4, { redrives: 1, redriveRequested: 1 }));
  records.set(jobId(5), deadRecord(5, { redrives: 3, redriveRequested: 3 }));
  records.set(jobId(6), deadRecord(6, { input: undefined, inputReference: resultReference }));
  const attributes = { trace: { dataType: "String", stringValue: "abc" } };
  deadLetters.add({ messageId: "m1", attributes }, { messageId: "m2" });
  deadLetters.stuck.add("m2");
  payloads.objects.clear();
  return memory;
};

describe("what the API answers", () => {
  it.each([
    ["POST", "/jobs/echo", { input: { text: "hi" } }, 202],
    ["POST", "/jobs/echo", { input: 1 }, 422],
    ["POST", "/jobs/echo", "{", 400],
    ["POST", "/jobs/echo/batch", { jobs: [{ input: { text: "hi" } }, {}] }, 202],
    ["GET", `/jobs/${jobId(1)}`, undefined, 200],
    ["GET", `/jobs/${jobId(2)}`, undefined, 200],
    ["GET", `/jobs/${jobId(3)}`, undefined, 200],
    ["GET", `/jobs/${jobId(4)}`, undefined, 200],
    ["GET", `/jobs/${jobId(99)}`, undefined, 200],
    ["GET", "/jobs/made-up", undefined, 404],
    ["POST", `/jobs/${jobId(1)}/cancel`, undefined, 202],
    ["POST", `/jobs/${jobId(2)}/cancel`, undefined, 409],
    ["POST", `/jobs/${jobId(4)}/redrive`, undefined, 202],
    ["POST", `/jobs/${jobId(5)}/redrive`, undefined, 409],
    ["POST", "/jobs/made-up/redrive", undefined, 404],
    ["GET", "/queues", undefined, 200],
    ["POST", "/queues/echo/pause", undefined, 202],
    ["POST", "/queues/echo/limit", { limit: 5 }, 202],
    ["POST", "/queues/echo/limit", {}, 422],
    ["POST", "/queues/echo/resume", undefined, 202],
    ["POST", "/queues/nothing/resume", undefined, 404],
    ["POST", "/queues/echo/redrive", undefined, 202],
    ["POST", "/queues/echo/redrive", { limit: 1 }, 202],
    ["POST", "/queues/echo/redrive", { dryRun: true }, 200],
    ["POST", "/queues/echo/redrive", { limit: 0 }, 422],
    ["GET", "/queues/echo/dead-letters", undefined, 200],
    ["GET", "/queues/nothing/dead-letters", undefined, 404],
    ["POST", "/queues/echo/dead-letters/redrive", undefined, 202],
    ["POST", "/queues/echo/dead-letters/redrive", [], 422],
  ])("to %s %s with %j is as its description says", async (method, path, given, status) => {
    const memory = populated();
    const body = given === undefined ? "" : typeof given === "string" ? given : JSON.stringify(given);

    const answer = await memory.request(method, path, { body });

    expect(answer.status).toBe(status);
    expect(await breachesOf(memory, method, path, answer)).toBeUndefined();
  });

  it("to a list of dead jobs is as its description says", async () => {
    const memory = populated();

    const answer = await memory.request("GET", "/jobs", { query: { status: "dead", limit: "1" } });

    expect(answer.body).toHaveProperty("cursor");
    expect(await breachesOf(memory, "GET", "/jobs", answer)).toBeUndefined();
  });

  it("would not pass with a field that is not described", async () => {
    const memory = populated();
    const { body, ...answer } = await memory.request("GET", `/jobs/${jobId(1)}`);

    const breaches = await breachesOf(memory, "GET", `/jobs/${jobId(1)}`, {
      ...answer,
      body: { ...body, holder: "x" },
    });

    expect(breaches).toMatchObject([{ code: "unrecognized_keys", keys: ["holder"] }]);
  });
});
