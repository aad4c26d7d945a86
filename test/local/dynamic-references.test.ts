import { describe, expect, it } from "vitest";
import { resolveDynamicReferences } from "../../lib/local/dynamic-references.ts";

const ARN = "arn:aws:secretsmanager:us-east-1:000000000000:secret:Key-abcdef";
const JSON_ARN = "arn:aws:secretsmanager:us-east-1:000000000000:secret:Login-abcdef";

const secretOf = (arn: string): string | undefined => ({ [ARN]: "s3cret", [JSON_ARN]: '{"password":"p4ss"}' })[arn];

describe("resolveDynamicReferences", () => {
  it("puts a secret's value into the text around it", () => {
    const value = { KEY: `whsec_{{resolve:secretsmanager:${ARN}:SecretString:::}}!`, OTHER: [1, "plain"] };

    expect(resolveDynamicReferences(value, secretOf)).toEqual({ KEY: "whsec_s3cret!", OTHER: [1, "plain"] });
  });

  it("takes a key of a secret that is JSON", () => {
    const value = `{{resolve:secretsmanager:${JSON_ARN}:SecretString:password::}}`;

    expect(resolveDynamicReferences(value, secretOf)).toBe("p4ss");
  });

  it.each([
    { reference: "ssm:/some/parameter", message: /must name a secret: secretsmanager:/ },
    { reference: `secretsmanager:${ARN}x:SecretString:::`, message: /must name a secret of this app/ },
    { reference: `secretsmanager:${JSON_ARN}:SecretString:user::`, message: /must name a key of the secret's JSON/ },
    { reference: `secretsmanager:${ARN}:SecretString:password::`, message: /must name a key of the secret's JSON/ },
  ])("rejects $reference", ({ reference, message }) => {
    expect(() => resolveDynamicReferences(`{{resolve:${reference}}}`, secretOf)).toThrow(message);
  });
});
