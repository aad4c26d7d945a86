import fc from "fast-check";
import { describe, expect, it } from "vitest";
import type { OutgoingMessage } from "../../../lambdas/api/api.ts";
import { batchChunks } from "../../../lambdas/api/batch-chunks.ts";
import { SQS_MAX_BATCH_BYTES, SQS_MAX_BATCH_ENTRIES } from "../../../lib/core/limits.ts";

const MEBIBYTE = SQS_MAX_BATCH_BYTES;

const message: fc.Arbitrary<OutgoingMessage> = fc
  .record({
    bytes: fc.integer({ min: 1, max: MEBIBYTE / 2 }),
    attribute: fc.integer({ min: 0, max: MEBIBYTE / 2 - 50 }),
  })
  .map(({ bytes, attribute }) => ({
    body: "x".repeat(bytes),
    attributes: { own: { dataType: "String", stringValue: "y".repeat(attribute) } },
  }));

const bytesOf = ({ body, attributes }: OutgoingMessage): number =>
  body.length + "ownString".length + (attributes?.own?.stringValue?.length ?? 0);

describe("splitting messages into calls", () => {
  it("keeps each call within ten messages and 1 MiB, and every message in its place", () => {
    fc.assert(
      fc.property(fc.array(message, { maxLength: 40 }), (messages) => {
        const chunks = batchChunks(messages);

        for (const chunk of chunks) {
          expect(chunk.length).toBeLessThanOrEqual(SQS_MAX_BATCH_ENTRIES);
          expect(chunk.reduce((sum, entry) => sum + bytesOf(entry.message), 0)).toBeLessThanOrEqual(MEBIBYTE);
        }
        expect(chunks.flat().map(({ index }) => index)).toEqual(messages.map((_, index) => index));
        expect(chunks.flat().every((entry) => entry.message === messages[entry.index])).toBe(true);
      }),
      { numRuns: 50 },
    );
  });

  it("counts bytes, not characters", () => {
    const half = { body: "é".repeat(MEBIBYTE / 4 + 1) };

    expect(batchChunks([half, half])).toHaveLength(2);
  });
});
