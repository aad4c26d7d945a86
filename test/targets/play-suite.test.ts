import { describe, expect, it } from "vitest";
import type { PlayCase } from "./case.ts";
import type { CaseName } from "./expectations.ts";
import { nothingMade } from "./made.ts";
import { nowhereTarget } from "./nowhere-target.ts";
import { playSuite, type Suite } from "./play-suite.ts";
import { lineOf, summaryOf } from "./summary.ts";
import { waitUntil } from "./wait-until.ts";

const play = (cases: Partial<Record<CaseName, PlayCase>>, names: readonly CaseName[], more: Partial<Suite> = {}) =>
  playSuite({
    target: nowhereTarget(),
    names,
    cases,
    tenant: "e2e-test",
    made: nothingMade(),
    signal: new AbortController().signal,
    limitMsOf: () => 5_000,
    onStart: () => undefined,
    onEnd: () => undefined,
    ...more,
  });

const passes: PlayCase = async () => "well";
const fails: PlayCase = async () => {
  throw new Error("5 jobs must be there, got 4");
};
const waits: PlayCase = ({ signal }) =>
  waitUntil(
    "the job is dead",
    async () => ({ status: "queued" }),
    () => false,
    { signal, everyMs: 1 },
  ).then(() => "");

describe("the suite", () => {
  it("plays on after a failure, and tells what failed and how to play it again", async () => {
    const ends = await play({ "runs-a-job": fails, "keeps-records": passes }, ["runs-a-job", "keeps-records"]);

    expect(ends.map(({ kind }) => kind)).toEqual(["failed", "passed"]);
    expect(ends.map(lineOf).join("\n")).toMatch(
      /FAILED .*\n +5 jobs must be there, got 4\n +again: --only runs-a-job\n/,
    );
    expect(summaryOf(ends, 1_500)).toBe("1 passed, 1 failed (runs-a-job), 0 not expected here, in 1.5 s");
  });

  it("plays nothing that is not expected of the target, and says why", async () => {
    const ends = await play({ "removes-expired-records": fails }, ["removes-expired-records"]);

    expect(ends).toMatchObject([{ kind: "not expected", because: expect.stringContaining("time to live") }]);
    expect(summaryOf(ends, 0)).toMatch(/^0 passed, 0 failed, 1 not expected here/);
  });

  it("fails a case that is expected and that nothing plays", async () => {
    expect(await play({}, ["runs-a-job"])).toMatchObject([{ kind: "failed", why: expect.stringContaining("nothing") }]);
  });

  it("ends a case whose time is over, with what it saw last", async () => {
    const ends = await play({ "runs-a-job": waits }, ["runs-a-job"], { limitMsOf: () => 20 });

    expect(ends).toMatchObject([
      { kind: "failed", why: 'the job is dead: not in time; seen last: {"status":"queued"}' },
    ]);
  });

  it("counts no case that an interruption has ended, and plays none after it", async () => {
    const stopping = new AbortController();
    const interrupted: PlayCase = async (context) => {
      stopping.abort();
      return await waits(context);
    };

    const cases = { "runs-a-job": passes, "takes-a-batch": interrupted, "keeps-records": passes };
    const ends = await play(cases, ["runs-a-job", "takes-a-batch", "keeps-records"], { signal: stopping.signal });

    expect(ends.map(({ name }) => name)).toEqual(["runs-a-job"]);
  });
});
