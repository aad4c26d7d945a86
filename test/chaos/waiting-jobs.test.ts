import { describe, expect, it } from "vitest";
import type { PlannedJob } from "./planned-jobs.ts";
import { type Load, WaitingJobs } from "./waiting-jobs.ts";

const jobOf = (index: number, more: Partial<PlannedJob> = {}): PlannedJob => ({
  type: "deliver-webhook",
  behaviour: { kind: "ok", times: 1 },
  input: { index },
  isCancelled: false,
  ...more,
});

const takeAll = (waiting: WaitingJobs): readonly Load[] => {
  const loads: Load[] = [];
  for (let load = waiting.take(); load !== undefined; load = waiting.take()) loads.push(load);
  return loads;
};

describe("waiting jobs", () => {
  it("come in batches of one type, and alone where they have a key", () => {
    const jobs = Array.from({ length: 250 }, (_, index) => jobOf(index));
    const others = [jobOf(250, { key: "one" }), jobOf(251, { type: "impatient-webhook" })];

    const loads = takeAll(new WaitingJobs([...jobs, ...others]));

    expect(loads.map(({ type, jobs: { length }, key }) => [type, length, key])).toEqual([
      ["deliver-webhook", 100, undefined],
      ["deliver-webhook", 100, undefined],
      ["deliver-webhook", 1, "one"],
      ["deliver-webhook", 50, undefined],
      ["impatient-webhook", 1, undefined],
    ]);
  });

  it("are done when each is accepted, and wait again where one is put back", () => {
    const waiting = new WaitingJobs([jobOf(0), jobOf(1)]);
    const [load] = takeAll(waiting);

    waiting.accept();
    const beforeAll = waiting.isDone;
    waiting.putBack(jobOf(1));
    const [again] = takeAll(waiting);
    const whileTaken = waiting.isDone;
    waiting.accept();

    expect(load?.jobs).toHaveLength(2);
    expect(again?.jobs).toEqual([jobOf(1)]);
    expect([beforeAll, whileTaken, waiting.isDone]).toEqual([false, false, true]);
  });
});
