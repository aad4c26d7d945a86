import { text } from "node:stream/consumers";
import { describe, expect, it } from "vitest";
import { withCallFaults } from "../../../lib/local/faults/call-faults.ts";
import { FaultDraws } from "../../../lib/local/faults/fault-draws.ts";
import type { CallEffect } from "../../../lib/local/faults/fault-plan.ts";
import { newEnvironmentKey } from "../../../lib/local/lambda/environment-key.ts";
import { serve } from "../../support/local-server.ts";

const UPDATE = "DynamoDB_20120810.UpdateItem";

type Wire = {
  readonly call: (body: string, options?: { target?: string; by?: string }) => Promise<Response>;
  /** Bodies of the calls that the service performed. */
  readonly performed: readonly string[];
  readonly reported: readonly string[];
  readonly crashed: readonly string[];
  /** Resolves when the service has performed so many calls. */
  readonly performedOnce: (count: number) => Promise<void>;
  readonly crashedOnce: () => Promise<void>;
};

/** A service that says what it was asked, every call of which meets the fault. */
const wire = async (does: CallEffect, only: { bodyMatches?: string; rate?: number } = {}): Promise<Wire> => {
  const performed: string[] = [];
  const reported: string[] = [];
  const crashed: string[] = [];
  const watchers = new Set<() => void>();
  const tell = (): void => {
    for (const watcher of watchers) watcher();
  };
  const once = (holds: () => boolean): Promise<void> =>
    new Promise((resolve) => {
      const look = (): void => {
        if (holds()) resolve();
      };
      watchers.add(look);
      look();
    });
  const port = { value: 0 };
  const listener = withCallFaults(
    async (request, response) => {
      const body = await text(request);
      performed.push(body);
      response.end(`did ${body}`);
      tell();
    },
    {
      faults: [{ at: "call", name: "fault", rate: 1, calls: ["DynamoDB_", "S3 PUT"], does, ...only }],
      draws: new FaultDraws(1, (name, where) => reported.push(`${name}: ${where}`)),
      portOf: () => port.value,
      crash: (environment) => {
        crashed.push(environment);
        tell();
      },
    },
  );
  const { url } = await serve(listener);
  port.value = Number(new URL(url).port);
  return {
    performed,
    reported,
    crashed,
    performedOnce: (count) => once(() => performed.length >= count),
    crashedOnce: () => once(() => crashed.length > 0),
    call: (body, { target = UPDATE, by = newEnvironmentKey() } = {}) =>
      fetch(url, {
        method: target === "" ? "PUT" : "POST",
        headers: {
          authorization: `AWS4-HMAC-SHA256 Credential=${by}/20260101/us-east-1/dynamodb/aws4_request, Signature=x`,
          ...(target === "" ? {} : { "x-amz-target": target }),
        },
        body,
      }),
  };
};

describe("a call that meets a fault", () => {
  it("is refused, and not performed", async () => {
    const { call, performed, reported } = await wire({ kind: "refuse", status: 500, code: "InternalServerError" });

    const response = await call("{}");

    expect(response.status).toBe(500);
    expect(response.headers.get("x-amzn-errortype")).toBe("InternalServerError");
    expect(performed).toEqual([]);
    expect(reported).toEqual([`fault: ${UPDATE}`]);
  });

  it("is refused in S3's own form where it is S3's", async () => {
    const { call } = await wire({ kind: "refuse", status: 503, code: "SlowDown" });

    const response = await call("{}", { target: "" });

    expect(response.status).toBe(503);
    expect(await response.text()).toContain("<Error><Code>SlowDown</Code>");
  });

  it("is answered late, and performed once", async () => {
    const { call, performed } = await wire({ kind: "delay", leastMs: 60, mostMs: 80 });
    const startedMs = performance.now();

    const answers = await Promise.all(["a", "b", "c", "d"].map(async (body) => (await call(body)).text()));

    expect(performance.now() - startedMs).toBeGreaterThan(55);
    expect(answers).toEqual(["did a", "did b", "did c", "did d"]);
    expect(performed.toSorted()).toEqual(["a", "b", "c", "d"]);
  });

  it("is performed, and its answer lost", async () => {
    const { call, performed } = await wire({ kind: "lose-answer" });

    await expect(call("a")).rejects.toThrow("fetch failed");

    expect(performed).toEqual(["a"]);
  });

  it("never comes when its environment dies before it", async () => {
    const { call, performed, crashed, crashedOnce } = await wire({ kind: "crash-before" });
    const by = newEnvironmentKey();

    call("a", { by }).catch(() => undefined);
    await crashedOnce();

    expect(crashed).toEqual([by]);
    expect(performed).toEqual([]);
  });

  it("is performed when its environment dies after it", async () => {
    const { call, performed, crashed, crashedOnce } = await wire({ kind: "crash-after" });

    call("a").catch(() => undefined);
    await crashedOnce();

    expect(crashed).toHaveLength(1);
    expect(performed).toEqual(["a"]);
  });

  it("that is held comes right after another about the same key", async () => {
    const held = await wire({ kind: "hold", untilBodyMatches: "cla[ij]m" }, { bodyMatches: "set+le" });
    const late = '{"Key":{"pk":{"S":"1"}},"what":"settle"}';
    const rival = '{"Key":{"pk":{"S":"1"}},"what":"claim"}';

    held.call(late).catch(() => undefined);
    await held.crashedOnce();
    await held.call('{"Key":{"pk":{"S":"2"}},"what":"claim"}', { by: "somebody" });
    await held.call('{"Key":{"pk":{"S":"1"}},"what":"look"}', { by: "somebody" });
    const before = [...held.performed];
    await held.call(rival, { by: "somebody" });
    await held.performedOnce(4);

    expect(before).toHaveLength(2);
    expect(held.performed.slice(2)).toEqual([rival, late]);
    expect(held.reported).toEqual([`fault: ${UPDATE}`]);
  });
});

it("a call that is no JSON passes what is held", async () => {
  const held = await wire({ kind: "hold", untilBodyMatches: "claim" }, { bodyMatches: "settle" });
  held.call('{"Key":{"pk":{"S":"1"}},"what":"settle"}').catch(() => undefined);
  await held.crashedOnce();

  const response = await held.call("claim", { by: "somebody" });

  expect(await response.text()).toBe("did claim");
});

describe("a call that meets no fault", () => {
  it.each([
    ["another operation", { target: "AmazonSQS.SendMessage" }],
    ["not of a function's environment", { by: "AKIA0000000000000000" }],
  ])("is performed as it is: %s", async (_, options) => {
    const { call, reported } = await wire({ kind: "refuse", status: 500, code: "InternalServerError" });

    const response = await call("a", options);

    expect(await response.text()).toBe("did a");
    expect(reported).toEqual([]);
  });

  it("is performed as it is: another body", async () => {
    const { call, reported } = await wire(
      { kind: "refuse", status: 500, code: "InternalServerError" },
      { bodyMatches: "set+le" },
    );

    const response = await call("claim");

    expect(await response.text()).toBe("did claim");
    expect(reported).toEqual([]);
  });
});
