import { describe, expect, it } from "vitest";
import { readBatchResponse } from "../../lib/local/batch-response.ts";

const ids = new Set(["a", "b"]);

describe("readBatchResponse", () => {
  it.each(["null", "{}", '{"batchItemFailures":null}', '{"batchItemFailures":[]}', '{"other":1}'])(
    "takes %s as success of all",
    (payload) => {
      expect(readBatchResponse(payload, ids)).toEqual({ kind: "answered", failedIds: new Set() });
    },
  );

  it("names the messages that failed", () => {
    const payload = '{"batchItemFailures":[{"itemIdentifier":"b"},{"itemIdentifier":"b"}]}';

    expect(readBatchResponse(payload, ids)).toEqual({ kind: "answered", failedIds: new Set(["b"]) });
  });

  it.each([
    '"ok"',
    "[]",
    '{"batchItemFailures":"a"}',
    '{"batchItemFailures":["a"]}',
    '{"batchItemFailures":[{"itemIdentifier":""}]}',
    '{"batchItemFailures":[{"itemIdentifier":null}]}',
    '{"batchItemFailures":[{"messageId":"a"}]}',
    '{"batchItemFailures":[{"itemIdentifier":"a"},{"itemIdentifier":"unknown"}]}',
  ])("takes %s as failure of all", (payload) => {
    expect(readBatchResponse(payload, ids)).toEqual({ kind: "malformed" });
  });
});
