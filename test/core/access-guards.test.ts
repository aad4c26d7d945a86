import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { ACCESS_GUARDS } from "../../lib/core/access-guards.ts";
import type { SluiceError } from "../../lib/core/errors.ts";
import { parseStage, type StageSettings } from "../../lib/core/settings.ts";
import { rowsOf } from "../support/pages.ts";

const jwt = { issuer: "https://login.example.com/tenant", audience: ["sluice"] };

/** What is wrong, line by line; nothing where the stage is as it should be. Settings may be anything. */
const faultsOf = (access: unknown): readonly string[] => {
  try {
    parseStage("dev", { ...(access as StageSettings), jobTypes: { work: {} } });
    return [];
  } catch (error) {
    return (error as SluiceError).message
      .split("\n")
      .slice(1)
      .map((line) => line.trim());
  }
};

describe("who may call, and through which front", () => {
  it.each<Partial<StageSettings>>([
    {},
    { auth: "iam", front: "rest" },
    { auth: "public", front: "rest" },
    { auth: "apiKey", front: "rest" },
    { auth: "apiKey", front: "rest", dailyQuota: 5_000 },
    { auth: "jwt", jwt },
    { auth: "jwt", jwt, front: "http" },
    { auth: "jwt", jwt: { issuer: "https://login.example.com", audience: ["a", "urn:b:c"] } },
  ])("takes %j", (access) => {
    expect(faultsOf(access)).toEqual([]);
  });

  it.each<[unknown, readonly string[]]>([
    [
      { auth: "apiKey" },
      [
        'dev.auth must not be "apiKey" where front is "http": an HTTP API knows no keys, got "apiKey" (set front: "rest", or another auth)',
      ],
    ],
    [
      { auth: "jwt", jwt, front: "rest" },
      [
        'dev.auth must not be "jwt" where front is "rest": a REST API checks no tokens but Cognito\'s by itself, got "jwt" (leave front out: an HTTP API checks the tokens of any issuer, and costs less)',
      ],
    ],
    [
      { auth: "jwt" },
      ['dev.auth must come with jwt where it is "jwt", got "jwt" (add jwt: { issuer: "https://…", audience: ["…"] })'],
    ],
    [
      { jwt },
      [`dev.jwt must be left out where auth is "iam", got ${JSON.stringify(jwt)} (set auth: "jwt", or remove it)`],
    ],
    [{ auth: "public", jwt }, [expect.stringMatching(/^dev\.jwt must be left out where auth is "public"/)]],
    [
      { auth: "jwt", jwt: { issuer: jwt.issuer, audience: [] } },
      [expect.stringMatching(/^dev\.jwt must have an issuer and at least one audience/)],
    ],
    [
      { auth: "jwt", jwt: { audience: ["a"] } },
      [expect.stringMatching(/^dev\.jwt must have an issuer and at least one audience/)],
    ],
    [
      { dailyQuota: 10 },
      [
        'dev.dailyQuota must be left out where auth is "iam", got 10 (only an API key has a quota; throttle bounds every caller)',
      ],
    ],
    [{ auth: "apiKey", front: "rest", dailyQuota: 0 }, [expect.stringMatching(/^dev\.dailyQuota must be a whole/)]],
    [
      { front: "websocket" },
      ['dev.front must be one of "http", "rest", got "websocket" (`rest` is for API keys, WAF and request validation)'],
    ],
  ])("rejects %j", (access, faults) => {
    expect(faultsOf(access)).toEqual(faults);
  });

  it.each(["http://login.example.com", "login.example.com", "https://", "https://a.example/?b=c", "https://a b", 5])(
    "rejects the issuer %j",
    (issuer) => {
      expect(faultsOf({ auth: "jwt", jwt: { ...jwt, issuer } })).toEqual([
        expect.stringMatching(/^dev\.jwt\.issuer must be an https URL, got .+ \(write it as the tokens' iss has it/),
      ]);
    },
  );

  it("rejects an audience that is no text, and no text at all", () => {
    expect(faultsOf({ auth: "jwt", jwt: { ...jwt, audience: ["a", ""] } })).toEqual([
      expect.stringMatching(/^dev\.jwt\.audience\[1\] must be a text without spaces, got ""/),
    ]);
    expect(faultsOf({ auth: "jwt", jwt: { ...jwt, audience: "a" } })).toEqual([
      expect.stringMatching(/^dev\.jwt\.audience must be a list, got "a"/),
    ]);
    expect(faultsOf({ auth: "jwt", jwt: "tokens" })).toEqual([expect.stringMatching(/^dev\.jwt must be an object/)]);
  });

  it("names what is wrong by itself once, and what that leads to not at all", () => {
    expect(faultsOf({ auth: "token", jwt, dailyQuota: 5 })).toEqual([
      expect.stringMatching(/^dev\.auth must be one of "iam", "jwt", "apiKey", "public", got "token"/),
    ]);
  });

  it("names every rule that is broken at once", () => {
    expect(faultsOf({ auth: "jwt", front: "rest", dailyQuota: 1 })).toHaveLength(3);
  });

  it("lets nobody in by any combination but those that say so", () => {
    const anything = fc.record(
      {
        auth: fc.constantFrom("iam", "jwt", "apiKey", "public"),
        front: fc.constantFrom("http", "rest"),
        jwt: fc.constantFrom(jwt, { ...jwt, audience: [] }, {}),
        dailyQuota: fc.constantFrom(1, 10),
      },
      { requiredKeys: [] },
    );

    fc.assert(
      fc.property(anything, (access) => {
        const { auth = "iam", front = "http", jwt: tokens, dailyQuota } = access as StageSettings;
        const isSound =
          (auth === "jwt" ? front === "http" && tokens === jwt : tokens === undefined) &&
          (auth === "apiKey" ? front === "rest" : dailyQuota === undefined);
        expect(faultsOf(access).length === 0).toBe(isSound);
      }),
    );
  });

  it("has each of its rules in docs/settings.md", () => {
    const rows = rowsOf("docs/settings.md").map(([id, level]) => `${id} ${level}`);

    expect(rows).toEqual(expect.arrayContaining(ACCESS_GUARDS.map(({ id }) => `${id} refused`)));
  });
});
