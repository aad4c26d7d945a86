import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { canonicalJson } from "../../lib/core/canonical-json.ts";

describe("canonical JSON", () => {
  it("reads the same whatever the order of members", () => {
    expect(canonicalJson({ b: [{ y: 1, x: 2 }], a: null })).toBe('{"a":null,"b":[{"x":2,"y":1}]}');
  });

  it("means the same as the value it was made from", () => {
    fc.assert(
      fc.property(fc.jsonValue(), (value) => {
        expect(JSON.parse(canonicalJson(value))).toEqual(JSON.parse(JSON.stringify(value)));
      }),
    );
  });
});
