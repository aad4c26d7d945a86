import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { mappingChange } from "../../../lib/core/scaling/mapping-change.ts";
import type { MappingSeen, QueueDecision } from "../../../lib/core/scaling/queue-scaling.ts";
import { boundsOf, followed, mappingOf } from "../../support/queue-input.ts";

const decisionOf = (given: Partial<QueueDecision>): QueueDecision => ({
  mode: "open",
  limit: undefined,
  isEnabled: true,
  pollers: undefined,
  reason: "",
  wantsProbe: false,
  needsCloseLook: false,
  isManual: false,
  ...given,
});

const seenOf = (given: Partial<MappingSeen>): MappingSeen => mappingOf(boundsOf(), given);

describe("mappingChange", () => {
  it("asks for nothing where the mapping is as decided", () => {
    expect(mappingChange(decisionOf({ limit: 12 }), seenOf({ limit: 12 }))).toBeUndefined();
    expect(mappingChange(decisionOf({}), seenOf({}))).toBeUndefined();
  });

  it("asks for nothing while Lambda is at an earlier change", () => {
    expect(mappingChange(decisionOf({ limit: 12 }), seenOf({ isChanging: true }))).toBeUndefined();
  });

  it("sets a limit, and removes it", () => {
    expect(mappingChange(decisionOf({ limit: 12 }), seenOf({}))).toEqual({ limit: 12 });
    expect(mappingChange(decisionOf({}), seenOf({ limit: 12 }))).toEqual({ limit: null });
  });

  it("pauses without touching the limit, and opens with the new one in the same update", () => {
    expect(mappingChange(decisionOf({ isEnabled: false, limit: 12 }), seenOf({}))).toEqual({ isEnabled: false });
    expect(mappingChange(decisionOf({ isEnabled: false, limit: 12 }), seenOf({ isEnabled: false }))).toBeUndefined();
    expect(mappingChange(decisionOf({ limit: 2 }), seenOf({ isEnabled: false }))).toEqual({
      isEnabled: true,
      limit: 2,
    });
  });

  it("sets pollers where either bound differs", () => {
    const pollers = { min: 2, max: 20 };

    expect(mappingChange(decisionOf({ pollers }), seenOf({ pollers }))).toBeUndefined();
    expect(mappingChange(decisionOf({ pollers }), seenOf({ pollers: { min: 2, max: 10 } }))).toEqual({ pollers });
    expect(mappingChange(decisionOf({ pollers }), seenOf({ pollers: { min: 4, max: 20 } }))).toEqual({ pollers });
  });

  it("takes pollers away first, where the stage has none any more, and then sets the limit", () => {
    const decision = decisionOf({ limit: 12 });
    const before = seenOf({ pollers: { min: 2, max: 20 } });
    const then = followed(decision, before);

    expect(mappingChange(decision, before)).toEqual({ pollers: null });
    expect(mappingChange(decision, then)).toEqual({ limit: 12 });
  });

  it("leaves nothing to change once the mapping has followed", () => {
    const limit = fc.option(fc.integer({ min: 2, max: 1_000 }), { nil: undefined });
    fc.assert(
      fc.property(limit, fc.boolean(), limit, fc.boolean(), (decided, isEnabled, seenLimit, wasEnabled) => {
        const decision = decisionOf({ limit: decided, isEnabled });
        const after = followed(decision, seenOf({ limit: seenLimit, isEnabled: wasEnabled }));

        expect(mappingChange(decision, after)).toBeUndefined();
        expect(after.isEnabled).toBe(isEnabled);
      }),
      { numRuns: 100 },
    );
  });
});
