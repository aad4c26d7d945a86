import { randomInt } from "node:crypto";
import { canonicalJson } from "../../core/canonical-json.ts";
import { arnOf } from "../aws.ts";
import { isJsonObject, type Json } from "../json.ts";
import { suffixOf } from "../physical-name.ts";
import { booleanOf, invalid, nameOf, numberOf, optionalTextOf } from "./properties.ts";
import type { Resource, ResourceType } from "./resource-type.ts";
import { differs, fields, honoured, inert } from "./treatment.ts";

const CHARACTERS = {
  Lowercase: "abcdefghijklmnopqrstuvwxyz",
  Uppercase: "ABCDEFGHIJKLMNOPQRSTUVWXYZ",
  Numbers: "0123456789",
  Punctuation: "!\"#$%&'()*+,-./:;<=>?@[\\]^_`{|}~",
} as const;

/** @see https://docs.aws.amazon.com/AWSCloudFormation/latest/UserGuide/aws-properties-secretsmanager-secret-generatesecretstring.html */
export const secret: ResourceType = {
  type: "AWS::SecretsManager::Secret",
  properties: {
    Name: honoured,
    SecretString: honoured,
    GenerateSecretString: fields({
      ExcludeCharacters: honoured,
      ExcludeLowercase: honoured,
      ExcludeNumbers: honoured,
      ExcludePunctuation: honoured,
      ExcludeUppercase: honoured,
      GenerateStringKey: honoured,
      IncludeSpace: honoured,
      PasswordLength: honoured,
      RequireEachIncludedType: honoured,
      SecretStringTemplate: honoured,
    }),
    Description: inert,
    KmsKeyId: differs("the value is kept as it is, unencrypted"),
    Tags: inert,
  },
  attributes: ["Id"],
  differences: [{ about: "value", why: "it is made anew at every start, unless the run keeps its data" }],
  create: (resource, { secrets, keepSecret }) => {
    const name = nameOf(resource, "Name", 500);
    const arn = arnOf("secretsmanager", `secret:${name}-${suffixOf(name, 6)}`);
    // As with CloudFormation, a secret is made anew when it is to be made otherwise.
    const recipe = canonicalJson(resource.properties.GenerateSecretString ?? {});
    const value = optionalTextOf(resource, "SecretString") ?? keepSecret(arn, recipe, () => generate(resource));
    secrets.set(arn, value);
    return { ref: arn, attributes: { Id: arn } };
  },
};

const generate = (resource: Resource): string => {
  const password = generatePassword(resource);
  const key = optionalTextOf(resource, "GenerateSecretString.GenerateStringKey");
  if (key === undefined) return password;
  const template: Json = JSON.parse(optionalTextOf(resource, "GenerateSecretString.SecretStringTemplate") ?? "{}");
  return JSON.stringify({ ...(isJsonObject(template) ? template : {}), [key]: password });
};

const generatePassword = (resource: Resource): string => {
  const option = (name: string): string => `GenerateSecretString.${name}`;
  const excluded = optionalTextOf(resource, option("ExcludeCharacters")) ?? "";
  const included = Object.entries(CHARACTERS)
    .filter(([kind]) => !booleanOf(resource, option(`Exclude${kind}`), false))
    .map(([, characters]) => characters);
  const kinds = [...included, booleanOf(resource, option("IncludeSpace"), false) ? " " : ""]
    .map((characters) => [...characters].filter((character) => !excluded.includes(character)))
    .filter((characters) => characters.length > 0);
  const length = numberOf(resource, option("PasswordLength"), 32);
  const required = booleanOf(resource, option("RequireEachIncludedType"), true) ? kinds.map(pick) : [];
  const all = kinds.flat();
  if (all.length === 0) throw invalid(resource, "GenerateSecretString", "leave characters to choose from", "none");
  const rest = Array.from({ length: Math.max(0, length - required.length) }, () => pick(all));
  return shuffle([...required, ...rest])
    .slice(0, length)
    .join("");
};

const pick = (characters: readonly string[]): string => characters[randomInt(characters.length)] ?? "";

const shuffle = (characters: readonly string[]): readonly string[] =>
  characters
    .map((character) => ({ character, place: randomInt(2 ** 32) }))
    .sort((left, right) => left.place - right.place)
    .map(({ character }) => character);
