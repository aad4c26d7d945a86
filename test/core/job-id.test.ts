import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { DIGEST_BYTES, keyedJobId, parseJobId, RANDOM_BYTES, randomJobId } from "../../lib/core/job-id.ts";

const bytes = (length: number) => fc.uint8Array({ minLength: length, maxLength: length });
const type = fc.stringMatching(/^[a-z][a-z0-9]{0,8}(-[a-z0-9]{1,8})?$/);

describe("job ids", () => {
  it("tell their type and, where they are random, when they were submitted", () => {
    fc.assert(
      fc.property(type, fc.integer({ min: 0, max: 2 ** 45 }), bytes(RANDOM_BYTES), (name, nowMs, dice) => {
        const id = randomJobId("table", name, nowMs, dice);

        expect(parseJobId("table", id)).toEqual({ type: name, submittedAtMs: nowMs });
      }),
    );
  });

  it("made from a digest are the same each time and tell no time", () => {
    fc.assert(
      fc.property(type, bytes(DIGEST_BYTES), (name, digest) => {
        const id = keyedJobId("table", name, digest);

        expect(keyedJobId("table", name, digest)).toBe(id);
        expect(parseJobId("table", id)).toEqual({ type: name, submittedAtMs: undefined });
      }),
    );
  });

  it("differ where dice or digests differ", () => {
    fc.assert(
      fc.property(bytes(RANDOM_BYTES), bytes(RANDOM_BYTES), (one, other) => {
        fc.pre(Buffer.compare(one, other) !== 0);

        expect(randomJobId("table", "a", 1, one)).not.toBe(randomJobId("table", "a", 1, other));
      }),
    );
  });

  it("rejects an id of another stage", () => {
    const id = randomJobId("table-of-dev", "a", 1, new Uint8Array(RANDOM_BYTES));

    expect(parseJobId("table-of-prod", id)).toBeUndefined();
  });

  it("rejects an id with any one character changed", () => {
    const id = randomJobId("table", "profile-csv", 1_700_000_000_000, new Uint8Array(RANDOM_BYTES).fill(7));

    const changed = [...id].map(
      (character, at) => `${id.slice(0, at)}${character === "0" ? "1" : "0"}${id.slice(at + 1)}`,
    );

    expect(changed.filter((other) => parseJobId("table", other) !== undefined)).toEqual([]);
  });

  it.each(["", "a", "a_r", "profile-csv_r0000", "../etc/passwd", `a_${"r".repeat(32)}`])("rejects %j", (made) => {
    expect(parseJobId("table", made)).toBeUndefined();
  });
});
