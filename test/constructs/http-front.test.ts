import { describe, expect, it } from "vitest";
import type { StageSettings } from "../../lib/core/settings.ts";
import { templatesOf } from "../support/synthesize.ts";
import { propertiesOf } from "../support/watched-stage.ts";

const pipelineOf = (stage: Partial<StageSettings> = {}) =>
  templatesOf("a", { jobTypes: { work: {} }, ...stage }).pipeline;

const closed = pipelineOf();

const jwt = { issuer: "https://login.example.com/", audience: ["sluice", "more"] };

describe("an HTTP API in front", () => {
  it("takes tokens of the stage's issuer, made for one of its audiences", () => {
    const template = pipelineOf({ auth: "jwt", jwt });

    const [authorizer, ...others] = propertiesOf(template, "AWS::ApiGatewayV2::Authorizer");
    const [id] = Object.keys(template.findResources("AWS::ApiGatewayV2::Authorizer"));

    expect(others).toEqual([]);
    expect(authorizer).toMatchObject({
      AuthorizerType: "JWT",
      IdentitySource: ["$request.header.Authorization"],
      JwtConfiguration: { Issuer: jwt.issuer, Audience: jwt.audience },
    });
    for (const { AuthorizerId } of propertiesOf(template, "AWS::ApiGatewayV2::Route")) {
      expect(AuthorizerId).toEqual({ Ref: id });
    }
  });

  it.each<StageSettings["auth"]>(["iam", "public"])("has no authorizer with auth %s", (auth) => {
    const template = pipelineOf({ auth });

    template.resourceCountIs("AWS::ApiGatewayV2::Authorizer", 0);
    for (const route of propertiesOf(template, "AWS::ApiGatewayV2::Route"))
      expect(route).not.toHaveProperty("AuthorizerId");
  });

  it("logs whose token it was, and otherwise whose signature", () => {
    const lineOf = (template: typeof closed): Readonly<Record<string, string>> => {
      const [{ AccessLogSettings }] = propertiesOf(template, "AWS::ApiGatewayV2::Stage");
      return JSON.parse(AccessLogSettings.Format);
    };

    expect(lineOf(pipelineOf({ auth: "jwt", jwt }))).toMatchObject({ subject: "$context.authorizer.claims.sub" });
    expect(lineOf(closed)).toMatchObject({ caller: "$context.identity.caller" });
    expect(lineOf(closed)).not.toHaveProperty("subject");
  });

  it("keeps the ids that it has had from the beginning: another id would be another address", () => {
    const ids = Object.keys(closed.findResources("AWS::ApiGatewayV2::Api"));

    expect(ids).toEqual(["PipelineApiHttpApi3430E6DF"]);
  });

  it("brings nothing of the other front", () => {
    const types = Object.values(closed.toJSON().Resources as Record<string, { Type: string }>).map(({ Type }) => Type);

    expect(types.filter((type) => type.startsWith("AWS::ApiGateway::"))).toEqual([]);
  });
});
