import { describe, expect, it } from "vitest";
import { describeError, outcomeOf, Permanent, Throttled } from "../../lib/core/outcome.ts";

describe("outcomes", () => {
  it("takes a permanent error at its word", () => {
    expect(outcomeOf(new Permanent("no such account"))).toMatchObject({
      kind: "permanent",
      error: { code: "Permanent", message: "no such account" },
    });
  });

  it("keeps how long a throttled downstream asked to wait", () => {
    expect(outcomeOf(new Throttled({ retryAfterSeconds: 7 }))).toMatchObject({
      kind: "throttled",
      retryAfterSeconds: 7,
    });
  });

  it.each([Number.NaN, -1, Number.POSITIVE_INFINITY, undefined])("lets the backoff decide for %s seconds", (asked) => {
    const thrown = asked === undefined ? new Throttled() : new Throttled({ retryAfterSeconds: asked });

    expect(outcomeOf(thrown)).toMatchObject({ kind: "throttled", retryAfterSeconds: undefined });
  });

  it("counts anything else as transient, also what is no error", () => {
    expect(outcomeOf(new TypeError("x is undefined"))).toMatchObject({
      kind: "transient",
      error: { code: "TypeError" },
    });
    expect(outcomeOf("just text")).toMatchObject({
      kind: "transient",
      error: { code: "NonError", message: "just text" },
    });
    expect(outcomeOf(undefined)).toMatchObject({ kind: "transient", error: { message: "undefined" } });
  });

  it("recognises a permanent error of another copy of the module", () => {
    const foreign = Object.assign(new Error("gone"), { outcome: "permanent" });

    expect(outcomeOf(foreign).kind).toBe("permanent");
  });
});

describe("what cannot be read", () => {
  const unreadable = (): never => {
    throw new Error("not to be read");
  };

  it.each([
    ["an object without a prototype", Object.create(null), "NonError", "<unreadable>"],
    ["an object whose text fails", { toString: unreadable }, "NonError", "<unreadable>"],
    [
      "a proxy that allows nothing",
      new Proxy({}, { getPrototypeOf: unreadable, get: unreadable }),
      "NonError",
      "<unreadable>",
    ],
    ["a symbol", Symbol("why"), "NonError", "Symbol(why)"],
    ["an error whose message is a number", Object.assign(new Error("no"), { message: 7 }), "Error", "7"],
    [
      "an error whose message fails",
      Object.defineProperty(new Error("no"), "message", { get: unreadable }),
      "Error",
      "<unreadable>",
    ],
    ["an error whose name is a symbol", Object.assign(new Error("no"), { name: Symbol("x") }), "Symbol(x)", "no"],
    [
      "an error whose outcome fails",
      Object.defineProperty(new Error("no"), "outcome", { get: unreadable }),
      "Error",
      "no",
    ],
  ])("is transient all the same: %s", (_, thrown, code, message) => {
    expect(outcomeOf(thrown)).toMatchObject({ kind: "transient", error: { code, message } });
  });

  it("leaves the wait of a throttle to the backoff", () => {
    const thrown = Object.defineProperty(new Throttled(), "retryAfterSeconds", { get: unreadable });

    expect(outcomeOf(thrown)).toMatchObject({ kind: "throttled", retryAfterSeconds: undefined });
  });
});

describe("fingerprints", () => {
  const fingerprint = (message: string, name = "Error"): string =>
    describeError(Object.assign(new Error(message), { name })).fingerprint;

  it.each([
    ["timeout after 250 ms", "timeout after 1000 ms"],
    ['no user "alice"', 'no user "bob"'],
    ["request 9f8e7d6c-1234-4a5b-8c9d-001122334455 failed", "request 00aa11bb-4321-4a5b-8c9d-998877665544 failed"],
  ])("are equal for %j and %j", (one, other) => {
    expect(fingerprint(one)).toBe(fingerprint(other));
  });

  it("differ where words or the class differ", () => {
    expect(fingerprint("connection refused")).not.toBe(fingerprint("connection reset"));
    expect(fingerprint("bad", "TypeError")).not.toBe(fingerprint("bad", "RangeError"));
  });

  it("stay the same from release to release", () => {
    expect(fingerprint("connection refused")).toBe("a085aa4df839a84f");
  });

  it("come with a message and a code of bounded length", () => {
    expect(describeError(new Error("x".repeat(5_000))).message).toHaveLength(1_000);
    expect(describeError(Object.assign(new Error(), { name: "x".repeat(5_000) })).code).toHaveLength(1_000);
  });
});
