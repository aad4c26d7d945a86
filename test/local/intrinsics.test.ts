// biome-ignore-all lint/suspicious/noTemplateCurlyInString: these are the placeholders of Fn::Sub
import { describe, expect, it } from "vitest";
import { evaluate, evaluateCondition, intrinsicsIn, referencesIn, type Scope } from "../../lib/local/intrinsics.ts";
import type { Json } from "../../lib/local/json.ts";

const scope: Scope = {
  ref: (name) => ({ Queue: "http://queue", "AWS::Region": "us-east-1", List: ["a", "b"] })[name] ?? `ref:${name}`,
  attribute: (logicalId, attribute) => `${logicalId}#${attribute}`,
  condition: (name) => name === "Yes",
  exported: (name) => `exported:${name}`,
};

describe("evaluate", () => {
  it.each<{ value: Json; result: Json | undefined }>([
    { value: "plain", result: "plain" },
    { value: { a: [1, true, null] }, result: { a: [1, true, null] } },
    { value: { Ref: "Queue" }, result: "http://queue" },
    { value: { "Fn::GetAtt": ["Queue", "Arn"] }, result: "Queue#Arn" },
    { value: { "Fn::GetAtt": "Queue.Nested.Name" }, result: "Queue#Nested.Name" },
    { value: { "Fn::Join": ["/", ["a", { Ref: "Queue" }, 3]] }, result: "a/http://queue/3" },
    { value: { "Fn::Join": ["-", { Ref: "List" }] }, result: "a-b" },
    { value: { "Fn::Split": [":", "a:b"] }, result: ["a", "b"] },
    { value: { "Fn::Select": [1, { "Fn::Split": [":", "a:b"] }] }, result: "b" },
    { value: { "Fn::Select": ["0", ["x", "y"]] }, result: "x" },
    { value: { "Fn::Sub": "${Queue} ${Queue.Arn} ${!Literal} $x" }, result: "http://queue Queue#Arn ${Literal} $x" },
    {
      value: { "Fn::Sub": ["${Own}-${AWS::Region}", { Own: { "Fn::GetAtt": "A.B" } }] },
      result: "A#B-us-east-1",
    },
    { value: { "Fn::ImportValue": { "Fn::Sub": "x-${AWS::Region}" } }, result: "exported:x-us-east-1" },
    { value: { "Fn::If": ["Yes", { Ref: "Queue" }, "no"] }, result: "http://queue" },
    { value: { "Fn::If": ["No", "yes", { a: 1 }] }, result: { a: 1 } },
    { value: { "Fn::Equals": [{ Ref: "AWS::Region" }, "us-east-1"] }, result: true },
    { value: { keep: 1, drop: { Ref: "AWS::NoValue" } }, result: { keep: 1 } },
    { value: ["a", { Ref: "AWS::NoValue" }, "b"], result: ["a", "b"] },
    { value: { "Fn::If": ["No", "x", { Ref: "AWS::NoValue" }] }, result: undefined },
    { value: { Ref: "A", Other: 1 }, result: { Ref: "A", Other: 1 } },
  ])("works out $value", ({ value, result }) => {
    expect(evaluate(value, scope)).toEqual(result);
  });

  it.each<{ value: Json; message: RegExp }>([
    { value: { "Fn::Cidr": ["10.0.0.0/8", 2] }, message: /^Fn::Cidr must be one of Ref, Fn::GetAtt, / },
    { value: { "Fn::Join": "text" }, message: /^Fn::Join must have a list as its argument/ },
    { value: { "Fn::Join": ["-", [{ a: 1 }]] }, message: /^Fn::Join must work on texts, got {"a":1}/ },
    { value: { "Fn::Select": [5, ["a"]] }, message: /^Fn::Select must choose an item that the list has/ },
    { value: { "Fn::If": ["Yes", "only one"] }, message: /^Fn::If must be a condition's name and two values/ },
    { value: { "Fn::GetAtt": ["Queue"] }, message: /^Fn::GetAtt must name a resource and an attribute/ },
  ])("rejects $value", ({ value, message }) => {
    expect(() => evaluate(value, scope)).toThrow(message);
  });
});

describe("evaluateCondition", () => {
  it.each<{ condition: Json; holds: boolean }>([
    { condition: { Condition: "Yes" }, holds: true },
    { condition: { Condition: "No" }, holds: false },
    { condition: { "Fn::Not": [{ Condition: "Yes" }] }, holds: false },
    { condition: { "Fn::And": [{ Condition: "Yes" }, { "Fn::Equals": ["a", "a"] }] }, holds: true },
    { condition: { "Fn::And": [{ Condition: "Yes" }, { Condition: "No" }] }, holds: false },
    { condition: { "Fn::Or": [{ Condition: "No" }, { "Fn::Equals": ["a", "b"] }] }, holds: false },
    { condition: { "Fn::Or": [{ Condition: "No" }, { Condition: "Yes" }] }, holds: true },
  ])("finds $condition to be $holds", ({ condition, holds }) => {
    expect(evaluateCondition(condition, scope)).toBe(holds);
  });
});

describe("referencesIn", () => {
  it("finds what a value refers to, at any depth and in texts", () => {
    const references = referencesIn({
      a: [{ Ref: "One" }, { "Fn::GetAtt": ["Two", "Arn"] }],
      b: { "Fn::Join": ["", [{ "Fn::Sub": ["${Three.Url} ${Own} ${!No}", { Own: { Ref: "Four" } }] }]] },
      c: { "Fn::If": ["Yes", { Ref: "Five" }, "x"] },
    });

    expect(references).toEqual([
      { name: "One" },
      { name: "Two", attribute: "Arn" },
      { name: "Three", attribute: "Url" },
      { name: "Four" },
      { name: "Five" },
    ]);
  });
});

describe("intrinsicsIn", () => {
  it("names the functions that a value calls, nested ones too", () => {
    const names = intrinsicsIn({ a: { "Fn::Join": ["", [{ "Fn::Base64": { Ref: "A" } }]] } });

    expect(names).toEqual(["Fn::Join", "Fn::Base64", "Ref"]);
  });
});
