import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { decodeEnvelope, type Envelope, encodeEnvelope } from "../../lib/core/envelope.ts";
import { RANDOM_BYTES, randomJobId } from "../../lib/core/job-id.ts";

const expected = { type: "profile-csv", salt: "table" };
const id = randomJobId("table", "profile-csv", 1, new Uint8Array(RANDOM_BYTES));
const envelope: Envelope = {
  version: 1,
  id,
  type: "profile-csv",
  tenant: "acme",
  submittedAt: "2026-11-22T10:00:00.000Z",
  input: { text: "a\n1" },
};

const inputReference = { key: "inputs/a", sha256: "0".repeat(64), bytes: 300_000 };

describe("the envelope", () => {
  it("comes back from the queue as it was sent, whatever the input", () => {
    fc.assert(
      fc.property(fc.jsonValue(), (input) => {
        const sent = { ...envelope, input };

        const decoded = decodeEnvelope(encodeEnvelope(sent), expected);

        expect(JSON.stringify(decoded)).toBe(JSON.stringify({ envelope: sent }));
      }),
    );
  });

  it("has only characters that SQS takes, and comes back with those that it does not take", () => {
    const unit = fc.integer({ min: 0, max: 0xffff }).map((code) => String.fromCharCode(code));
    const refused = fc.constantFrom("\ufffe", "\uffff", "\u0000", "\ud800", "\udc00");
    fc.assert(
      fc.property(fc.string({ unit: fc.oneof(unit, refused) }), (text) => {
        const sent = { ...envelope, input: { [text]: text } };

        const body = encodeEnvelope(sent);

        expect(body).toMatch(/^[\t\n\r\u0020-\ud7ff\ue000-\ufffd\u{10000}-\u{10ffff}]*$/u);
        expect(decodeEnvelope(body, expected)).toEqual({ envelope: sent });
      }),
    );
  });

  it("comes back with a reference in place of a large input, and with its redrive", () => {
    const { input: _, ...head } = envelope;
    const sent: Envelope = { ...head, redrive: 2, inputReference };

    expect(decodeEnvelope(encodeEnvelope(sent), expected)).toEqual({ envelope: sent });
  });

  it.each([
    ["the body is not JSON", "hello"],
    ["the body is not a JSON object", "null"],
    ["version must be 1, got undefined", "{}"],
    ["version must be 1, got 2", JSON.stringify({ ...envelope, version: 2 })],
    ['type must be profile-csv, got "other"', JSON.stringify({ ...envelope, type: "other" })],
    ['id must be one this stage issued, got "made-up"', JSON.stringify({ ...envelope, id: "made-up" })],
    ['submittedAt must be a time in ISO 8601, got "soon"', JSON.stringify({ ...envelope, submittedAt: "soon" })],
    ["tenant must be text", JSON.stringify({ ...envelope, tenant: 7 })],
    ["inputDigest must be text", JSON.stringify({ ...envelope, inputDigest: 7 })],
    ["redrive must be a whole number from 1, got 0", JSON.stringify({ ...envelope, redrive: 0 })],
    ["input must be left out where inputReference is there", JSON.stringify({ ...envelope, inputReference })],
    [
      "inputReference must have key, sha256 and bytes",
      JSON.stringify({ ...envelope, input: undefined, inputReference: { ...inputReference, sha256: "abc" } }),
    ],
    ["input must be there", JSON.stringify({ ...envelope, input: undefined })],
  ])("rejects what is no job: %s", (reason, body) => {
    expect(decodeEnvelope(body, expected)).toEqual({ malformed: reason });
  });

  it("rejects any text without throwing", () => {
    fc.assert(
      fc.property(fc.oneof(fc.string(), fc.json()), (body) => {
        expect(decodeEnvelope(body, expected)).toHaveProperty("malformed");
      }),
    );
  });
});
