import { describe, expect, it } from "vitest";
import { awsProblem } from "../../../lib/cli/doctor/aws-problem.ts";
import { type SdkAccountOptions, sdkAccount } from "../../../lib/cli/doctor/sdk-account.ts";
import type { Target } from "../../../lib/cli/doctor/target.ts";
import {
  accountSettings,
  identity,
  jsonError,
  parameter,
  queryError,
  restError,
  serveAws,
  stackIn,
  type WireAnswer,
  type WireAnswers,
  type WireCall,
} from "../../support/fake-aws.ts";
import { deadAddress } from "../../support/local-server.ts";

const accountAt = (endpoint: string, options: Partial<SdkAccountOptions> = {}) =>
  sdkAccount({
    region: "eu-west-1",
    endpoint,
    credentials: { accessKeyId: "AKIAEXAMPLE", secretAccessKey: "secret" },
    ...options,
  });

const answering = async (answers: WireAnswers, options: Partial<SdkAccountOptions> = {}) =>
  accountAt((await serveAws(answers)).url, options);

const target: Target = {
  source: { kind: "stage", stage: "dev" },
  region: "eu-west-1",
  profile: undefined,
  endpoint: undefined,
  environment: {},
};

const CALLS = {
  "sts:GetCallerIdentity": (account) => account.caller(),
  "ssm:GetParameter": (account) => account.parameter("/cdk-bootstrap/hnb659fds/version"),
  "lambda:GetAccountSettings": (account) => account.concurrency(),
  "cloudformation:DescribeStacks": (account) => account.stack("Sluice-dev-Data"),
} satisfies Record<WireCall, (account: ReturnType<typeof sdkAccount>) => Promise<unknown>>;

/** What a user would be told of a call that is answered so. */
const problemOf = async (action: WireCall, answer: WireAnswer, options: Partial<SdkAccountOptions> = {}) => {
  const account = await answering({ [action]: answer }, options);
  const error = await CALLS[action](account).then(
    (value) => expect.fail(`answered ${JSON.stringify(value)}`),
    (thrown: unknown) => thrown,
  );
  return awsProblem(error, { target, action });
};

describe("an account, asked with the SDK's clients", () => {
  it("tells the caller, a parameter, the concurrency and a stack", async () => {
    const account = await answering({
      "sts:GetCallerIdentity": identity("arn:aws:sts::123456789012:assumed-role/admin/ada"),
      "ssm:GetParameter": parameter("21"),
      "lambda:GetAccountSettings": accountSettings(1_000, 900),
      "cloudformation:DescribeStacks": stackIn("UPDATE_ROLLBACK_FAILED", "no rights"),
    });

    expect(await account.caller()).toMatchObject({
      account: "123456789012",
      arn: "arn:aws:sts::123456789012:assumed-role/admin/ada",
    });
    expect(await account.parameter("/p")).toBe("21");
    expect(await account.concurrency()).toEqual({ concurrency: 1_000, unreserved: 900 });
    expect(await account.stack("s")).toEqual({ status: "UPDATE_ROLLBACK_FAILED", reason: "no rights" });
  });

  it("tells what is not there from what fails", async () => {
    const account = await answering({ "ssm:GetParameter": jsonError("ParameterNotFound") });

    expect(await account.parameter("/p")).toBeUndefined();
    expect(await account.stack("Sluice-dev-Data")).toBeUndefined();
  });

  it.each([
    [-600, 600],
    [600, -600],
  ])("tells how far a clock is off: AWS's by %i s", async (offSeconds, aheadSeconds) => {
    const date = new Date(Date.now() + offSeconds * 1_000).toUTCString();
    const account = await answering({
      "sts:GetCallerIdentity": identity("arn:aws:iam::123456789012:user/ada", { date }),
    });

    const { clockAheadSeconds = 0 } = await account.caller();

    expect(Math.abs(clockAheadSeconds - aheadSeconds)).toBeLessThan(10);
  });
});

describe("what AWS refuses", () => {
  it.each<[string, WireCall, WireAnswer, ReturnType<typeof awsProblem>["kind"], RegExp]>([
    [
      "an expired token, by STS",
      "sts:GetCallerIdentity",
      queryError("ExpiredToken", "The security token included in the request is expired", 403),
      "credentials",
      /the credentials have expired/,
    ],
    [
      "an expired token, by SSM",
      "ssm:GetParameter",
      jsonError("ExpiredTokenException", "The security token included in the request is expired"),
      "credentials",
      /the credentials have expired/,
    ],
    [
      "an expired token, by Lambda",
      "lambda:GetAccountSettings",
      restError("ExpiredTokenException", "The security token included in the request is expired", 403),
      "credentials",
      /the credentials have expired/,
    ],
    [
      "an expired request",
      "cloudformation:DescribeStacks",
      queryError("RequestExpired", "Request has expired", 400),
      "credentials",
      /the credentials have expired/,
    ],
    [
      "an unknown key, by STS",
      "sts:GetCallerIdentity",
      queryError("InvalidClientTokenId", "The security token included in the request is invalid.", 403),
      "credentials",
      /AWS does not know the access key, or the account has not enabled the region eu-west-1/,
    ],
    [
      "an unknown key, by Lambda",
      "lambda:GetAccountSettings",
      restError("UnrecognizedClientException", "The security token included in the request is invalid.", 403),
      "credentials",
      /AWS does not know the access key/,
    ],
    [
      "a wrong secret, by STS",
      "sts:GetCallerIdentity",
      queryError("SignatureDoesNotMatch", "The request signature we calculated does not match", 403),
      "credentials",
      /the secret access key does not belong to the access key/,
    ],
    [
      "a wrong secret, by SSM",
      "ssm:GetParameter",
      jsonError("InvalidSignatureException", "The request signature we calculated does not match"),
      "credentials",
      /the secret access key does not belong to the access key/,
    ],
    [
      "a signature of a wrong clock",
      "sts:GetCallerIdentity",
      queryError("SignatureDoesNotMatch", "Signature expired: 20261123T050000Z is now earlier than 2026", 403),
      "clock",
      /this machine's clock is wrong/,
    ],
    [
      "a caller without the right, by SSM",
      "ssm:GetParameter",
      jsonError("AccessDeniedException", "User: arn:aws:iam::1:user/a is not authorized to perform: ssm:GetParameter"),
      "denied",
      /the credentials may not call ssm:GetParameter: User: arn/,
    ],
    [
      "a caller without the right, by CloudFormation",
      "cloudformation:DescribeStacks",
      queryError("AccessDenied", "User is not authorized to perform: cloudformation:DescribeStacks", 403),
      "denied",
      /the credentials may not call cloudformation:DescribeStacks/,
    ],
    [
      "too many calls",
      "lambda:GetAccountSettings",
      restError("TooManyRequestsException", "Rate exceeded", 429),
      "throttled",
      /AWS asks to slow down/,
    ],
    [
      "a call that is not known there",
      "sts:GetCallerIdentity",
      { status: 200, headers: { "content-type": "text/html" }, body: "<html><body>It works!</body></html>" },
      "other",
      /^sts:GetCallerIdentity failed at AWS: Error what answers there is not STS$/,
    ],
    ["nothing, in time", "ssm:GetParameter", "silence", "network", /AWS cannot be reached: no answer within 0.5 s/],
  ])("is told as %s", async (_, action, answer, kind, says) => {
    const problem = await problemOf(action, answer, answer === "silence" ? { callMs: 500 } : {});

    expect(problem).toMatchObject({ kind, says: expect.stringMatching(says) });
    expect(problem.says).not.toContain("\n");
    expect(problem.next.length).toBeGreaterThan(0);
  });

  it("is told as an endpoint that nobody listens at", async () => {
    const endpoint = await deadAddress();
    const error = await accountAt(endpoint)
      .caller()
      .catch((thrown: unknown) => thrown);

    const problem = awsProblem(error, { target: { ...target, endpoint }, action: "sts:GetCallerIdentity" });

    expect(problem.says).toMatch(/\(AWS_ENDPOINT_URL\) cannot be reached: connect ECONNREFUSED/);
    expect(problem.next).toEqual(["start the emulator, or unset AWS_ENDPOINT_URL to mean AWS itself"]);
  });
});

describe("where credentials come from", () => {
  const fromProvider = (message: string) => Object.assign(new Error(message), { name: "CredentialsProviderError" });

  it.each([
    "The SSO session associated with this profile has expired. To refresh this SSO session run aws sso login",
    "Token is expired. To refresh this SSO session run 'aws sso login' with the corresponding profile.",
    "Your session has expired. Please reauthenticate.",
    "The SSO session token associated with profile=work was not found or is invalid. To refresh this SSO session run",
  ])("decides how they are renewed: %s", (message) => {
    const asked = { target: { ...target, profile: "work" }, action: "sts:GetCallerIdentity" };

    const problem = awsProblem(fromProvider(message), asked);

    expect(problem.says).toMatch(/^the credentials have expired/);
    expect(problem.next[0]).toMatch(/^aws sso login --profile work /);
  });

  it("decides how they are renewed: variables are set anew", () => {
    const environment = { AWS_ACCESS_KEY_ID: "a", AWS_SECRET_ACCESS_KEY: "b", AWS_SESSION_TOKEN: "c" };
    const error = Object.assign(new Error("expired"), { name: "ExpiredToken" });

    const { next } = awsProblem(error, { target: { ...target, environment }, action: "sts:GetCallerIdentity" });

    expect(next[0]).toMatch(/^set AWS_ACCESS_KEY_ID, AWS_SECRET_ACCESS_KEY and AWS_SESSION_TOKEN anew/);
  });

  it("decides how they are renewed: a code is asked for elsewhere", () => {
    const message = "Profile work requires multi-factor authentication, but no MFA code callback was provided.";
    const asked = { target: { ...target, profile: "work" }, action: "sts:GetCallerIdentity" };

    const { next } = awsProblem(fromProvider(message), asked);

    expect(next).toEqual(['eval "$(aws configure export-credentials --format env --profile work)"']);
  });

  it.each([
    [
      { AWS_ACCESS_KEY_ID: "AKIA" },
      "there are no credentials (AWS_ACCESS_KEY_ID is set, AWS_SECRET_ACCESS_KEY is not)",
    ],
    [
      { AWS_SECRET_ACCESS_KEY: "x" },
      "there are no credentials (AWS_SECRET_ACCESS_KEY is set, AWS_ACCESS_KEY_ID is not)",
    ],
    [{ AWS_PROFILE: "work" }, "there are no credentials for profile work"],
    [{}, "there are no credentials:"],
  ])("is told where there are none: %j", (environment, says) => {
    const error = fromProvider("Could not load credentials from any providers");

    const problem = awsProblem(error, { target: { ...target, environment }, action: "sts:GetCallerIdentity" });

    expect(problem.says).toContain(says);
    expect(problem.next[0]).toMatch(/^aws login/);
  });
});
