import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { findingsAt, sayWarning } from "../../lib/core/guard.ts";
import { parseStage, type StageSettings } from "../../lib/core/settings.ts";
import { guardJobType, guardStage } from "../../lib/core/settings-guards.ts";

const findingsOf = (settings: StageSettings) => {
  const stage = parseStage("dev", settings);
  const ofTypes = Object.entries(stage.jobTypes).flatMap(([type, parsed]) =>
    guardJobType(`dev.jobTypes.${type}`, parsed),
  );
  return [...ofTypes, ...guardStage("dev", stage)];
};

const warningsOf = (settings: StageSettings): readonly string[] =>
  findingsAt("warn", findingsOf(settings)).map(sayWarning);

describe("guardJobType", () => {
  it("finds nothing in a job type of defaults", () => {
    expect(findingsOf({ jobTypes: { work: {} } })).toEqual([]);
  });

  it("warns of a wait that the window alone can use up", () => {
    const work = { timeoutSeconds: 5, batchWindowSeconds: 20, targetWaitSeconds: 20 };

    expect(warningsOf({ jobTypes: { work } })).toEqual([
      "dev.jobTypes.work.targetWaitSeconds should be above batchWindowSeconds, 20, got 20 " +
        "(raise it, or shorten the window: a job may wait that long with nothing before it)",
    ]);
    expect(warningsOf({ jobTypes: { work: { ...work, targetWaitSeconds: 21 } } })).toEqual([]);
  });

  it("warns of a wait that one slow job can use up", () => {
    const work = { timeoutSeconds: 120, batchSize: 1, targetWaitSeconds: 119 };

    expect(warningsOf({ jobTypes: { work } })).toEqual([
      expect.stringMatching(/^dev\.jobTypes\.work\.targetWaitSeconds should be at least timeoutSeconds, 120, got 119/),
    ]);
    expect(warningsOf({ jobTypes: { work: { ...work, targetWaitSeconds: 120 } } })).toEqual([]);
  });

  it("accepts any floor up to the ceiling, and rejects any above", () => {
    const concurrency = fc.integer({ min: 2, max: 1_000 });
    fc.assert(
      fc.property(concurrency, concurrency, (minConcurrency, maxConcurrency) => {
        const parse = () => parseStage("dev", { jobTypes: { work: { minConcurrency, maxConcurrency } } });

        if (minConcurrency <= maxConcurrency) expect(parse().name).toBe("dev");
        else expect(parse).toThrow(`what the job type may run at once, ${maxConcurrency}, got ${minConcurrency}`);
      }),
    );
  });
});

describe("guardStage", () => {
  const jobTypes = { first: { maxConcurrency: 30 }, second: { provisioned: { min: 2, max: 5 } }, third: {} };

  it("says nothing where the account's concurrency is not stated", () => {
    expect(findingsOf({ jobTypes })).toEqual([]);
  });

  it("warns of ceilings that the account cannot hold at once, pollers counted by what they run", () => {
    expect(warningsOf({ accountConcurrency: 80, jobTypes })).toEqual([
      "dev.accountConcurrency should leave the job types their maxConcurrency and provisioned.max × 10, 80 together, " +
        'got "71 of 80" (lower them, or ask AWS for more: when all are busy, the scaler shares by backlog what there is)',
    ]);
  });

  it("keeps room for the api: what just fits the whole account is too much", () => {
    expect(warningsOf({ accountConcurrency: 89, jobTypes })).toHaveLength(1);
    expect(warningsOf({ accountConcurrency: 90, jobTypes })).toEqual([]);
  });

  it("never refuses a stage for what only may happen: it warns", () => {
    const refused = fc.sample(fc.integer({ min: 10, max: 1_000 }), 50).flatMap((accountConcurrency) => {
      return findingsAt("refuse", findingsOf({ accountConcurrency, jobTypes }));
    });

    expect(refused).toEqual([]);
  });
});
