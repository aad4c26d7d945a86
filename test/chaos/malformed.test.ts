import { expect, it } from "vitest";
import { decodeEnvelope } from "../../lib/core/envelope.ts";
import { malformedBodies } from "./malformed.ts";

it("makes messages that are all different, and no job of any queue", () => {
  const types = ["deliver-webhook", "impatient-webhook"];

  const bodies = malformedBodies(200, 1, types);

  expect(new Set(bodies).size).toBe(200);
  for (const type of types) {
    for (const body of bodies) expect(decodeEnvelope(body, { type, salt: "table" })).toHaveProperty("malformed");
  }
});
