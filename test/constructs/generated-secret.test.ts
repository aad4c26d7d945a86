import { describe, expect, test } from "vitest";
import { templatesOf } from "../support/synthesize.ts";

const SECRET = "AWS::SecretsManager::Secret";
/** The visible characters of ASCII, in order. */
const PRINTABLE = String.fromCharCode(...Array.from({ length: 94 }, (_, place) => 33 + place));

describe("GeneratedSecret", () => {
  const { data, pipeline } = templatesOf("a", {
    jobTypes: { webhook: { secrets: ["SIGNING_SECRET", "OTHER_SECRET"] }, plain: {} },
  });

  test("is made for each secret of each job type, of letters and digits alone, which are base64", () => {
    data.resourceCountIs(SECRET, 2);
    data.allResourcesProperties(SECRET, { GenerateSecretString: { PasswordLength: 32, ExcludePunctuation: true } });

    const excluded = Object.values(data.findResources(SECRET)).map(
      ({ Properties }) => Properties.GenerateSecretString.ExcludeCharacters as string,
    );
    expect(excluded.map((text) => [...text].sort().join(""))).toEqual(
      excluded.map(() => PRINTABLE.replaceAll(/[A-Za-z0-9]/g, "")),
    );
  });

  test("stays when its stack goes", () => {
    data.allResources(SECRET, { DeletionPolicy: "Retain", UpdateReplacePolicy: "Retain" });
  });

  test("reaches only its own worker, as a reference that CloudFormation resolves", () => {
    const variables = Object.values(pipeline.findResources("AWS::Lambda::Function")).map(
      ({ Properties }) => Properties.Environment.Variables,
    );

    const holders = variables.filter((environment) => "SIGNING_SECRET" in environment);

    expect(holders.map(({ JOB_TYPE }) => JOB_TYPE)).toEqual(["webhook"]);
    expect(holders[0].SIGNING_SECRET).toEqual({
      "Fn::Join": [
        "",
        [
          "whsec_{{resolve:secretsmanager:",
          { "Fn::ImportValue": expect.stringContaining("WebhookSecretSigningSecret") },
          ":SecretString:::}}",
        ],
      ],
    });
  });
});
