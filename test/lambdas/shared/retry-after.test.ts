import { describe, expect, it } from "vitest";
import { retryAfterSeconds } from "../../../lambdas/shared/retry-after.ts";

const NOW_MS = Date.parse("2026-11-22T10:00:00.500Z");

describe("retryAfterSeconds", () => {
  it.each([
    ["0", 0],
    ["120", 120],
    [" 7 ", 7],
    ["43200", 43_200],
    ["43201", 43_200],
    ["99999999999999999999", 43_200],
    ["Sun, 22 Nov 2026 10:01:00 GMT", 60],
    ["Sunday, 22-Nov-26 10:01:00 GMT", 60],
    ["Sun, 22 Nov 2026 09:00:00 GMT", 0],
    ["Mon, 23 Nov 2026 10:00:00 GMT", 43_200],
  ])("reads %j as %d seconds", (header, seconds) => {
    expect(retryAfterSeconds(header, NOW_MS)).toBe(seconds);
  });

  it.each([undefined, "", "soon", "-5", "1.5", "2026-11-22T10:01:00Z", "Sun, 99 Nov 2026 10:01:00 GMT"])(
    "makes nothing of %j",
    (header) => {
      expect(retryAfterSeconds(header, NOW_MS)).toBeUndefined();
    },
  );
});
