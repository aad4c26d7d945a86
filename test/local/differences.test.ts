import { expect, it } from "vitest";
import { groupDifferences } from "../../lib/local/differences.ts";

it("tells each difference once, by type, with the properties of one reason together", () => {
  const grouped = groupDifferences([
    { type: "B", property: "Tags", why: "no effect" },
    { type: "A", property: "Tags", why: "no effect" },
    { type: "B", property: "Path", why: "no effect" },
    { type: "B", property: "Tags", why: "no effect" },
    { type: "B", property: "Role", why: "not enforced" },
  ]);

  expect(grouped).toEqual([
    { type: "A", property: "Tags", why: "no effect" },
    { type: "B", property: "Tags, Path", why: "no effect" },
    { type: "B", property: "Role", why: "not enforced" },
  ]);
});
