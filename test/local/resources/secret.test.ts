import { describe, expect, it } from "vitest";
import type { JsonObject } from "../../../lib/local/json.ts";
import { secret } from "../../../lib/local/resources/secret.ts";
import { emptyWorld } from "../../support/empty-world.ts";

const generate = async (properties: JsonObject): Promise<string> => {
  const world = emptyWorld();
  const { ref } = await secret.create({ stackName: "App", logicalId: "Key", type: secret.type, properties }, world);
  return world.secrets.get(ref) ?? "";
};

describe("a secret", () => {
  it("is 32 characters of all kinds by itself, another at each start", async () => {
    const values = [await generate({}), await generate({})];

    expect(values[0]).toHaveLength(32);
    for (const kind of [/[a-z]/, /[A-Z]/, /[0-9]/, /[^a-zA-Z0-9]/]) expect(values[0]).toMatch(kind);
    expect(values[1]).not.toBe(values[0]);
  });

  it.each<{ options: JsonObject; form: RegExp }>([
    { options: { ExcludePunctuation: true, PasswordLength: 64 }, form: /^[a-zA-Z0-9]{64}$/ },
    { options: { ExcludePunctuation: "true", ExcludeNumbers: true }, form: /^[a-zA-Z]{32}$/ },
    { options: { ExcludePunctuation: true, ExcludeLowercase: true, ExcludeUppercase: true }, form: /^[0-9]{32}$/ },
    { options: { ExcludePunctuation: true, ExcludeCharacters: "abc012" }, form: /^[d-zA-Z3-9]{32}$/ },
    {
      options: {
        ExcludeUppercase: true,
        ExcludeLowercase: true,
        ExcludeNumbers: true,
        ExcludePunctuation: true,
        IncludeSpace: true,
        PasswordLength: 3,
      },
      form: /^ {3}$/,
    },
  ])("is made as $options asks", async ({ options, form }) => {
    expect(await generate({ GenerateSecretString: options })).toMatch(form);
  });

  it("is put under its key into a template", async () => {
    const value = await generate({
      GenerateSecretString: { SecretStringTemplate: '{"user":"me"}', GenerateStringKey: "password" },
    });

    expect(JSON.parse(value)).toEqual({ user: "me", password: expect.stringMatching(/^.{32}$/) });
  });

  it("is what the template says where it says it", async () => {
    expect(await generate({ SecretString: "given" })).toBe("given");
  });

  it("rejects options that leave no character", async () => {
    const options = { ExcludeUppercase: true, ExcludeLowercase: true, ExcludeNumbers: true, ExcludePunctuation: true };

    await expect(async () => generate({ GenerateSecretString: options })).rejects.toThrow(
      "App.Key.GenerateSecretString must leave characters to choose from",
    );
  });
});
