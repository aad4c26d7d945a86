import { type GuardFinding, type GuardRule, guard, when } from "./guard.ts";
import type { ParsedStage, StageSettings } from "./settings.ts";

/** What a stage says about who may call its API, as it was given: nobody has looked whether the values are sound. */
type GivenAccess = Pick<ParsedStage, "auth" | "front"> & Pick<StageSettings, "jwt" | "dailyQuota">;

/** Sound values of `auth` that go without; one that is not sound is named already. */
const WITHOUT_JWT: readonly unknown[] = ["iam", "apiKey", "public"];
const WITHOUT_KEY: readonly unknown[] = ["iam", "jwt", "public"];

/** The rules between the settings that say who may call the API, and through which front. */
export const ACCESS_GUARDS: readonly GuardRule<GivenAccess>[] = [
  {
    id: "key-without-rest",
    level: "refuse",
    field: "auth",
    expectation: 'not be "apiKey" where front is "http": an HTTP API knows no keys',
    remedy: 'set front: "rest", or another auth',
    breachOf: ({ auth, front }) => when(auth === "apiKey" && front === "http", auth),
  },
  {
    id: "jwt-with-rest",
    level: "refuse",
    field: "auth",
    expectation: 'not be "jwt" where front is "rest": a REST API checks no tokens but Cognito\'s by itself',
    remedy: "leave front out: an HTTP API checks the tokens of any issuer, and costs less",
    breachOf: ({ auth, front }) => when(auth === "jwt" && front === "rest", auth),
  },
  {
    id: "jwt-missing",
    level: "refuse",
    field: "auth",
    expectation: 'come with jwt where it is "jwt"',
    remedy: 'add jwt: { issuer: "https://…", audience: ["…"] }',
    breachOf: ({ auth, jwt }) => when(auth === "jwt" && jwt === undefined, auth),
  },
  {
    id: "jwt-unused",
    level: "refuse",
    field: "jwt",
    expectation: ({ auth }) => `be left out where auth is "${auth}"`,
    remedy: 'set auth: "jwt", or remove it',
    breachOf: ({ auth, jwt }) => when(WITHOUT_JWT.includes(auth), jwt),
  },
  {
    id: "jwt-incomplete",
    level: "refuse",
    field: "jwt",
    expectation: "have an issuer and at least one audience",
    remedy: "name both: a token that was made for another API must not open this one",
    breachOf: ({ jwt }) => when(isIncomplete(jwt), jwt),
  },
  {
    id: "quota-without-key",
    level: "refuse",
    field: "dailyQuota",
    expectation: ({ auth }) => `be left out where auth is "${auth}"`,
    remedy: "only an API key has a quota; throttle bounds every caller",
    breachOf: ({ auth, dailyQuota }) => when(WITHOUT_KEY.includes(auth), dailyQuota),
  },
];

/** Applies the rules between the settings that say who may call the API. @param given With defaults filled in for `auth` and `front` */
export const guardAccess = (path: string, given: GivenAccess): readonly GuardFinding[] =>
  guard(path, given, ACCESS_GUARDS);

/** What is no object at all is named by the rule of the field. */
const isIncomplete = (jwt: unknown): boolean => {
  if (typeof jwt !== "object" || jwt === null || Array.isArray(jwt)) return false;
  const { issuer, audience }: { readonly issuer?: unknown; readonly audience?: unknown } = jwt;
  return issuer === undefined || audience === undefined || (Array.isArray(audience) && audience.length === 0);
};
