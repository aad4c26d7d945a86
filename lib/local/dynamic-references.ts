import { SluiceError } from "../core/errors.ts";
import { isJsonObject, type Json } from "./json.ts";

/** Gives the value of a secret, by its ARN. */
export type SecretLookup = (arn: string) => string | undefined;

const REFERENCE = /\{\{resolve:([^}]*)\}\}/g;
const SECRET = /^secretsmanager:(arn:[^:]*(?::[^:]*){5}):SecretString:([^:]*)(?::[^:]*){0,2}$/;

/**
 * Replaces CloudFormation's `{{resolve:secretsmanager:…}}` in all texts of a value.
 *
 * @throws DynamicReferenceInvalid for any other service, an unknown secret or a missing key
 * @see https://docs.aws.amazon.com/AWSCloudFormation/latest/UserGuide/dynamic-references-secretsmanager.html
 */
export const resolveDynamicReferences = (value: Json, secretOf: SecretLookup): Json => {
  if (typeof value === "string") return value.replace(REFERENCE, (_, reference) => resolve(reference, secretOf));
  if (Array.isArray(value)) return value.map((item) => resolveDynamicReferences(item, secretOf));
  if (!isJsonObject(value)) return value;
  const entries = Object.entries(value).map(([key, item]) => [key, resolveDynamicReferences(item, secretOf)]);
  return Object.fromEntries(entries);
};

const resolve = (reference: string, secretOf: SecretLookup): string => {
  const [, arn = "", key = ""] = SECRET.exec(reference) ?? [];
  if (arn === "") throw invalid(reference, "name a secret: secretsmanager:<arn>:SecretString:<key>::");
  const secret = secretOf(arn);
  if (secret === undefined) throw invalid(reference, "name a secret of this app");
  if (key === "") return secret;
  const value = fieldOf(secret, key);
  if (value === undefined) throw invalid(reference, `name a key of the secret's JSON`);
  return value;
};

const fieldOf = (secret: string, key: string): string | undefined => {
  try {
    const value = (JSON.parse(secret) as Json) ?? {};
    const field = isJsonObject(value) ? value[key] : undefined;
    return field === undefined ? undefined : String(field);
  } catch {
    return undefined;
  }
};

const invalid = (reference: string, expectation: string): SluiceError =>
  new SluiceError("DynamicReferenceInvalid", `{{resolve:…}} must ${expectation}, got ${reference}`, {
    hint: "take the value from a secret that the app makes",
  });
