import { describe, expect, it } from "vitest";
import {
  appendNote,
  attemptsOf,
  awaitsRedrive,
  HISTORY_LENGTH,
  isFinished,
  JOB_STATUSES,
  mayBecome,
} from "../../lib/core/job.ts";
import { jobError } from "../../lib/core/outcome.ts";

describe("the states of a job", () => {
  it("can each be reached from queued", () => {
    const reached = new Set(["queued"]);
    for (const _ of JOB_STATUSES) {
      for (const to of JOB_STATUSES)
        if (JOB_STATUSES.some((from) => reached.has(from) && mayBecome(from, to))) reached.add(to);
    }

    expect([...reached].sort()).toEqual([...JOB_STATUSES].sort());
  });

  it("end for good in succeeded and cancelled, and for the dead until a redrive", () => {
    const onward = (from: (typeof JOB_STATUSES)[number]) => JOB_STATUSES.filter((to) => mayBecome(from, to));

    expect(onward("succeeded")).toEqual([]);
    expect(onward("cancelled")).toEqual([]);
    expect(onward("dead")).toEqual(["running"]);
    expect(JOB_STATUSES.filter(isFinished)).toEqual(["succeeded", "dead", "cancelled"]);
  });

  it("keep a history of bounded length, the latest notes", () => {
    const error = jobError("Error", "no");
    const notes = Array.from(
      { length: HISTORY_LENGTH + 3 },
      (_, attempt) => ({ attempt, at: "", ended: "lost", error }) as const,
    );

    const history = notes.reduce<readonly (typeof notes)[number][]>(
      (kept, note) => appendNote(kept, note) as typeof notes,
      [],
    );

    expect(history.map(({ attempt }) => attempt)).toEqual([3, 4, 5, 6, 7, 8, 9, 10, 11, 12]);
  });

  it("count the attempt that runs among the attempts", () => {
    expect(attemptsOf({ status: "running", attempts: 2 })).toBe(3);
    expect(attemptsOf({ status: "retrying", attempts: 2 })).toBe(2);
  });

  it("await a redrive from its request until a claim has honoured it", () => {
    const dead = { id: "", type: "", status: "dead", attempts: 5, claims: 5, submittedAt: "", history: [] } as const;

    expect(awaitsRedrive(dead)).toBe(false);
    expect(awaitsRedrive({ ...dead, redriveRequested: 1 })).toBe(true);
    expect(awaitsRedrive({ ...dead, redriveRequested: 1, redrives: 1 })).toBe(false);
    expect(awaitsRedrive({ ...dead, status: "running", redriveRequested: 1 })).toBe(false);
  });
});
