import fc from "fast-check";
import { describe, expect, it } from "vitest";
import {
  type AlarmCondition,
  type AlarmPoint,
  type AlarmState,
  decideAlarm,
  EXTRA_PERIODS,
  MISSING_DATA_TREATMENTS,
  type MissingDataTreatment,
} from "../../lib/local/alarm-state.ts";

const condition = (more: Partial<AlarmCondition> = {}): AlarmCondition => ({
  comparison: "GreaterThanThreshold",
  threshold: 1,
  evaluationPeriods: 3,
  datapointsToAlarm: 3,
  missingData: "missing",
  ...more,
});

/** As AWS's documentation draws points: 0 does not breach, X does, - is missing; the newest is last. */
const points = (drawn: string): readonly AlarmPoint[] =>
  drawn.split(" ").map((one, place) => ({ atMs: place * 60_000, value: { "0": 0, X: 2 }[one] }));

const stateOf = (given: Partial<AlarmCondition>, drawn: string): AlarmState | "kept" =>
  decideAlarm(condition(given), points(drawn))?.state ?? "kept";

const each = (given: Partial<AlarmCondition>, drawn: string): Record<MissingDataTreatment, AlarmState | "kept"> =>
  Object.fromEntries(
    MISSING_DATA_TREATMENTS.map((missingData) => [missingData, stateOf({ ...given, missingData }, drawn)]),
  ) as Record<MissingDataTreatment, AlarmState | "kept">;

describe("a metric alarm", () => {
  describe("of 3 out of 3, as AWS's table has it", () => {
    it.each([
      { drawn: "0 - X - X", missing: "OK", ignore: "OK", breaching: "OK", notBreaching: "OK" },
      { drawn: "0 - - - -", missing: "OK", ignore: "OK", breaching: "OK", notBreaching: "OK" },
      { drawn: "- - - - -", missing: "INSUFFICIENT_DATA", ignore: "kept", breaching: "ALARM", notBreaching: "OK" },
      { drawn: "0 X X - X", missing: "ALARM", ignore: "ALARM", breaching: "ALARM", notBreaching: "ALARM" },
      { drawn: "- - X - -", missing: "ALARM", ignore: "kept", breaching: "ALARM", notBreaching: "OK" },
    ])("decides $drawn", ({ drawn, ...states }) => {
      expect(each({}, drawn)).toEqual(states);
    });
  });

  describe("of 2 out of 3, as AWS's table has it", () => {
    it.each([
      { drawn: "0 - X - X", missing: "ALARM", ignore: "ALARM", breaching: "ALARM", notBreaching: "ALARM" },
      { drawn: "0 0 X 0 X", missing: "ALARM", ignore: "ALARM", breaching: "ALARM", notBreaching: "ALARM" },
      { drawn: "0 - X - -", missing: "OK", ignore: "OK", breaching: "ALARM", notBreaching: "OK" },
      { drawn: "- - - - 0", missing: "OK", ignore: "OK", breaching: "ALARM", notBreaching: "OK" },
      { drawn: "- - - X -", missing: "ALARM", ignore: "kept", breaching: "ALARM", notBreaching: "OK" },
    ])("decides $drawn", ({ drawn, ...states }) => {
      expect(each({ datapointsToAlarm: 2 }, drawn)).toEqual(states);
    });
  });

  it.each([
    { comparison: "GreaterThanThreshold", above: "ALARM", at: "OK", below: "OK" },
    { comparison: "GreaterThanOrEqualToThreshold", above: "ALARM", at: "ALARM", below: "OK" },
    { comparison: "LessThanThreshold", above: "OK", at: "OK", below: "ALARM" },
    { comparison: "LessThanOrEqualToThreshold", above: "OK", at: "ALARM", below: "ALARM" },
  ] as const)("compares with $comparison", ({ comparison, above, at, below }) => {
    const one = condition({ comparison, evaluationPeriods: 1, datapointsToAlarm: 1, threshold: 5 });
    const state = (value: number): AlarmState | undefined => decideAlarm(one, [{ atMs: 0, value }])?.state;

    expect([state(6), state(5), state(4)]).toEqual([above, at, below]);
  });

  it("says in words what it saw", () => {
    const reason = (more: Partial<AlarmCondition>, drawn: string): string | undefined =>
      decideAlarm(condition({ evaluationPeriods: 2, datapointsToAlarm: 1, ...more }), points(drawn))?.reason;

    expect(reason({}, "0 0 X X")).toBe(
      "Threshold Crossed: 2 out of the last 2 datapoints [2 (01/01/70 00:03:00), 2 (01/01/70 00:02:00)] were greater than the threshold (1) (minimum datapoints: 1 for OK -> ALARM).",
    );
    expect(reason({ missingData: "breaching" }, "- - 0 -")).toBe(
      "Threshold Crossed: 0 out of the last 1 datapoint [] were greater than the threshold (1) (minimum datapoints: 1 for OK -> ALARM). 1 missing datapoint was treated as [Breaching].",
    );
    expect(reason({}, "- - - -")).toBe("Insufficient Data: no datapoints were received for 2 periods.");
  });

  const anyCondition = fc.integer({ min: 1, max: 6 }).chain((evaluationPeriods) =>
    fc.record({
      evaluationPeriods: fc.constant(evaluationPeriods),
      datapointsToAlarm: fc.integer({ min: 1, max: evaluationPeriods }),
      missingData: fc.constantFrom(...MISSING_DATA_TREATMENTS),
    }),
  );
  const anyCase = anyCondition.chain((given) => {
    const length = given.evaluationPeriods + EXTRA_PERIODS;
    return fc.tuple(
      fc.constant(given),
      fc.array(fc.constantFrom("0", "X", "-"), { minLength: length, maxLength: length }),
    );
  });

  it("goes by the newest periods alone where none is missing", () => {
    fc.assert(
      fc.property(anyCase, ([given, drawn]) => {
        const whole = drawn.map((one) => (one === "-" ? "0" : one));
        const breaching = whole.slice(-given.evaluationPeriods).filter((one) => one === "X").length;

        const state = stateOf(given, whole.join(" "));

        expect(state).toBe(breaching >= given.datapointsToAlarm ? "ALARM" : "OK");
      }),
    );
  });

  it("is never sooner in ALARM where missing data is good, and never later where it is bad", () => {
    const rank = { OK: 0, INSUFFICIENT_DATA: 0, kept: 0, ALARM: 1 };
    fc.assert(
      fc.property(anyCase, ([given, drawn]) => {
        const states = each(given, drawn.join(" "));

        expect(rank[states.notBreaching]).toBeLessThanOrEqual(rank[states.missing]);
        expect(rank[states.ignore]).toBeLessThanOrEqual(rank[states.missing]);
        expect(rank[states.missing]).toBeLessThanOrEqual(rank[states.breaching]);
      }),
    );
  });

  it("does not leave ALARM when one more value breaches", () => {
    fc.assert(
      fc.property(anyCase, fc.nat(), ([given, drawn], place) => {
        fc.pre(stateOf(given, drawn.join(" ")) === "ALARM");
        const worse = drawn.map((one, index) => (index === place % drawn.length && one === "0" ? "X" : one));

        expect(stateOf(given, worse.join(" "))).toBe("ALARM");
      }),
    );
  });
});
