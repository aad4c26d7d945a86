import { describe, expect, it } from "vitest";
import { mergeShards } from "../../../lambdas/api/merge-shards.ts";

const items = (...places: readonly string[]) => places.map((place) => ({ deadAt: { S: place } }));
const placesOf = (merged: ReturnType<typeof mergeShards>) => merged.items.map(({ deadAt }) => deadAt?.S);

describe("merging shards", () => {
  it("gives the newest of all, and goes on after the last", () => {
    const merged = mergeShards(
      [
        { items: items("9", "5"), lastKey: undefined },
        { items: items("8", "7"), lastKey: undefined },
      ],
      3,
      undefined,
    );

    expect(placesOf(merged)).toEqual(["9", "8", "7"]);
    expect(merged.next).toBe("7");
  });

  it("leaves for the next page what is older than the place to which every shard was looked at", () => {
    const merged = mergeShards(
      [
        { items: items("9", "2"), lastKey: undefined },
        { items: items("8"), lastKey: { deadAt: { S: "4" } } },
      ],
      10,
      undefined,
    );

    expect(placesOf(merged)).toEqual(["9", "8"]);
    expect(merged.next).toBe("4");
  });

  it("goes on although no job of what was looked at is meant", () => {
    const merged = mergeShards([{ items: [], lastKey: { deadAt: { S: "4" } } }], 10, undefined);

    expect(merged).toEqual({ items: [], next: "4" });
  });

  it("leaves out the cursor's own job", () => {
    expect(placesOf(mergeShards([{ items: items("9", "8"), lastKey: undefined }], 10, "9"))).toEqual(["8"]);
  });
});
