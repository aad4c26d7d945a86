import { isDeepStrictEqual } from "node:util";
import fc from "fast-check";
import { describe, expect, it } from "vitest";
import type { Json } from "./json.ts";
import { plain } from "./plain.ts";
import { changeText, propertyChanges } from "./property-changes.ts";

const lines = (before: Json, after: Json): readonly string[] =>
  propertyChanges(plain(before), plain(after)).map(changeText);

describe("the changes of properties", () => {
  it("are told by path, with the value before and after", () => {
    const before = { Timeout: 30, Environment: { Variables: { OLD: "1", SAME: "x" } } };
    const after = { Timeout: 60, Environment: { Variables: { SAME: "x", NEW: "2" } } };

    expect(lines(before, after)).toEqual([
      "Timeout: 30 → 60",
      'Environment.Variables.OLD: "1" → (gone)',
      'Environment.Variables.NEW: (not there) → "2"',
    ]);
  });

  it("write references as people do", () => {
    const arn = (id: string): Json => ({
      "Fn::Join": ["", ["arn:", { Ref: "AWS::Partition" }, ":", { Ref: id }, "/*"]],
    });

    expect(lines({ Resource: arn("One") }, { Resource: arn("Other") })).toEqual([
      `Resource: "arn:\${AWS::Partition}:\${One}/*" → "arn:\${AWS::Partition}:\${Other}/*"`,
    ]);
    expect(lines({ A: { "Fn::GetAtt": ["Q", "Arn"] } }, { A: { "Fn::ImportValue": "Data:Q" } })).toEqual([
      `A: "\${Q.Arn}" → "\${ImportValue Data:Q}"`,
    ]);
  });

  it("go into JSON that stands in a text", () => {
    const body = (title: string): Json => ({
      "Fn::Join": ["", ['{"widgets":[{"region":"', { Ref: "R" }, `","title":"${title}"}]}`]],
    });

    expect(lines({ DashboardBody: body("a") }, { DashboardBody: body("b") })).toEqual([
      'DashboardBody.widgets[0].title: "a" → "b"',
    ]);
  });

  it("of a list whose parts have names are told by name, wherever they stand", () => {
    const before = {
      Tags: [
        { Key: "a", Value: "1" },
        { Key: "b", Value: "2" },
      ],
    };
    const after = {
      Tags: [
        { Key: "c", Value: "3" },
        { Key: "b", Value: "9" },
      ],
    };

    expect(lines(before, after)).toEqual([
      'Tags[a]: {"Key":"a","Value":"1"} → (gone)',
      'Tags[b].Value: "2" → "9"',
      'Tags[c]: (not there) → {"Key":"c","Value":"3"}',
    ]);
  });

  it("of other lists are what comes and what goes, or their order", () => {
    expect(lines({ Action: ["a", "b"] }, { Action: ["b", "c", "d"] })).toEqual([
      'Action[0]: "a" → (gone)',
      'Action[1]: (not there) → "c"',
      'Action[2]: (not there) → "d"',
    ]);
    expect(lines({ Action: ["a", "b"] }, { Action: ["b", "a"] })).toEqual(['Action (order): ["a","b"] → ["b","a"]']);
  });

  it("of long texts show the part that differs", () => {
    const text = (middle: string): string => `${"a".repeat(500)}${middle}${"b".repeat(500)}`;

    const [line = ""] = lines({ Rule: text("ONE") }, { Rule: text("OTHER") });

    expect(line).toMatch(/^Rule: …a+ONEb+… → …a+OTHERb+…$/);
    expect(line.length).toBeLessThan(160);
  });

  it("of values that differ all over are cut", () => {
    const [line = ""] = lines({ Rule: "a".repeat(5_000) }, { Rule: "b".repeat(5_000) });

    expect(line).toMatch(/a… \(\d+ characters more\) → .*b… \(\d+ characters more\)$/);
    expect(line.length).toBeLessThan(800);
  });

  it("are none for equal values, and at least one for others", () => {
    fc.assert(
      fc.property(fc.jsonValue(), fc.jsonValue(), (one, other) => {
        const [before, after] = [one, other].map((value) => JSON.parse(JSON.stringify({ value })));

        expect(propertyChanges(before, before)).toEqual([]);
        expect(propertyChanges(before, after).length > 0).toBe(!isDeepStrictEqual(before, after));
      }),
    );
  });
});
