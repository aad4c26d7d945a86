import { describe, expect, it } from "vitest";
import { physicalName } from "../../lib/local/physical-name.ts";

describe("physicalName", () => {
  it("is made of the stack, the logical id and a suffix that stays the same", () => {
    const names = [physicalName("Stack", "Queue", 80), physicalName("Stack", "Queue", 80)];

    expect(names[0]).toMatch(/^Stack-Queue-[a-z0-9]{12}$/);
    expect(names[1]).toBe(names[0]);
  });

  it("tells resources apart that a short name would cut to the same", () => {
    const id = "L".repeat(70);

    const names = [physicalName("Stack", `${id}A`, 64), physicalName("Stack", `${id}B`, 64)];

    expect(names.map(({ length }) => length)).toEqual([64, 64]);
    expect(names[0]).not.toBe(names[1]);
  });
});
