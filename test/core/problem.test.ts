import { describe, expect, it } from "vitest";
import { PROBLEMS, problem } from "../../lib/core/problem.ts";

describe("problems", () => {
  it("have a stable type, and the status and title of their kind", () => {
    expect(problem("not-dead", "job 1 runs")).toEqual({
      type: "urn:sluice:problem:not-dead",
      status: 409,
      title: "The job is not dead",
      detail: "job 1 runs",
    });
  });

  it("name what is wrong where they are told", () => {
    const errors = [{ path: "/limit", message: "must be 1" }];

    expect(problem("invalid-input", "/limit must be 1", errors).errors).toBe(errors);
  });

  it("are the client's fault or ours, and have titles of their own", () => {
    const titles = Object.values(PROBLEMS).map(({ title }) => title);

    expect(Object.values(PROBLEMS).every(({ status }) => status >= 400 && status < 600)).toBe(true);
    expect(new Set(titles).size).toBe(titles.length);
  });
});
