import { describe, expect, it } from "vitest";
import { FaultDraws } from "../../../lib/local/faults/fault-draws.ts";

const silent = (): void => undefined;

describe("draws of faults", () => {
  it("meet each fault as often as its rate says", () => {
    const draws = new FaultDraws(1, silent);
    const faults = [
      { name: "rare", rate: 0.01 },
      { name: "frequent", rate: 0.2 },
    ];

    const drawn = Array.from({ length: 100_000 }, () => draws.draw(faults)?.name);

    expect(drawn.filter((name) => name === "rare").length / 100_000).toBeCloseTo(0.01, 2);
    expect(drawn.filter((name) => name === "frequent").length / 100_000).toBeCloseTo(0.2, 2);
  });

  it("meet nothing at a rate of 0 or after the end, and always at a rate of 1", () => {
    const draws = new FaultDraws(1, silent);
    const always = [{ name: "always", rate: 1 }];

    expect(draws.draw([{ name: "never", rate: 0 }])).toBeUndefined();
    expect(draws.draw(always)?.name).toBe("always");
    draws.end();
    expect(draws.draw(always)).toBeUndefined();
  });

  it("count what happens at once, and leave the rest to be reported", () => {
    const reported: string[] = [];
    const draws = new FaultDraws(1, (name, where) => reported.push(`${name} at ${where}`));
    const faults = [{ name: "always", rate: 1 }];

    const later = draws.draw(faults);
    draws.drawNow(faults, "the door");
    if (later !== undefined) draws.report(later, "the window");

    expect(reported).toEqual(["always at the door", "always at the window"]);
  });
});
