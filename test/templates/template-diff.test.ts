import { describe, expect, it } from "vitest";
import type { JsonObject } from "./json.ts";
import { diffTemplates } from "./template-diff.ts";

const template = (resources: JsonObject, rest: JsonObject = {}): JsonObject => ({ ...rest, Resources: resources });

const queue = (properties: JsonObject = {}): JsonObject => ({ Type: "AWS::SQS::Queue", Properties: properties });

describe("the difference of two templates", () => {
  it("is what was removed, added and changed, in this order and by logical id", () => {
    const before = template({ A: queue(), B: queue(), C: queue() });
    const after = template({ B: queue({ DelaySeconds: 1 }), C: queue(), D: queue() });

    expect(diffTemplates(before, after).map(({ kind, id }) => [kind, id])).toEqual([
      ["removed", "A"],
      ["added", "D"],
      ["changed", "B"],
    ]);
  });

  it("says where in the app a resource stands", () => {
    const placed = { ...queue(), Metadata: { "aws:cdk:path": "Pipeline/a/Queue/Resource" } };

    expect(diffTemplates(template({}), template({ A: placed }))).toMatchObject([{ path: "Pipeline/a/Queue" }]);
  });

  it("tells a resource's own type from a property of that name", () => {
    const authorizer = (Type: string, given: string): JsonObject => ({ Type, Properties: { Type: given } });

    const [change] = diffTemplates(
      template({ A: authorizer("X", "TOKEN") }),
      template({ A: authorizer("Y", "REQUEST") }),
    );

    expect(change?.properties).toEqual([
      { path: "Type", before: '"X"', after: '"Y"' },
      { path: "Type", before: '"TOKEN"', after: '"REQUEST"' },
    ]);
  });

  it("is there also where a value is only written in another way", () => {
    const before = template({ A: queue({ Name: { Ref: "B" } }) });
    const after = template({ A: queue({ Name: `\${B}` }) });

    expect(diffTemplates(before, after)).toMatchObject([{ id: "A", properties: [{ path: "(how it is written)" }] }]);
  });

  it("has outputs and the rest of the template too", () => {
    const output = (value: string): JsonObject => ({ Outputs: { Url: { Value: value } } });

    expect(diffTemplates(template({}, output("a")), template({}, output("b")))).toMatchObject([
      { kind: "changed", id: "(template)", properties: [{ path: "Outputs.Url.Value", before: '"a"', after: '"b"' }] },
    ]);
  });
});
