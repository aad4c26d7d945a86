import { join } from "node:path";
import { Stack } from "aws-cdk-lib";
import { CfnEventSourceMapping } from "aws-cdk-lib/aws-lambda";
import { afterEach, beforeAll, beforeEach, describe, expect, it, vi } from "vitest";
import { sdkAccount } from "../../../lib/cli/doctor/sdk-account.ts";
import { main } from "../../../lib/cli/main.ts";
import { accountSettings, jsonError, queryError, serveAws, type WireAnswers } from "../../support/fake-aws.ts";
import { deadAddress } from "../../support/local-server.ts";
import { synthesizedOnce } from "../../support/synthesized-once.ts";
import { temporaryFolder } from "../../support/temporary-folder.ts";

const said: string[] = [];
beforeEach(() => {
  said.length = 0;
  vi.spyOn(console, "log").mockImplementation((text) => void said.push(String(text)));
  vi.spyOn(console, "error").mockImplementation((text) => void said.push(String(text)));
});
afterEach(() => {
  vi.restoreAllMocks();
  vi.unstubAllEnvs();
});

/** Of one queue, that may run 20 at once. */
let assembly: string;
beforeAll(() => {
  assembly = synthesizedOnce((app) => {
    const stack = new Stack(app, "Jobs");
    new CfnEventSourceMapping(stack, "Mapping", { functionName: "f", scalingConfig: { maximumConcurrency: 20 } });
  });
});

/** Runs the command as in a shell with these variables, and with no credentials but those that they name. */
const doctor = async (
  environment: Readonly<Record<string, string>>,
  ...options: readonly string[]
): Promise<{ readonly code: number; readonly text: string }> => {
  const nowhere = join(temporaryFolder(), "none");
  const shell = {
    AWS_REGION: "eu-west-1",
    AWS_DEFAULT_REGION: "",
    AWS_PROFILE: "",
    AWS_ACCESS_KEY_ID: "",
    AWS_SECRET_ACCESS_KEY: "",
    AWS_SESSION_TOKEN: "",
    AWS_ENDPOINT_URL: "",
    AWS_CONFIG_FILE: nowhere,
    AWS_SHARED_CREDENTIALS_FILE: nowhere,
    AWS_EC2_METADATA_DISABLED: "true",
    ...environment,
  };
  for (const [name, value] of Object.entries(shell)) vi.stubEnv(name, value === "" ? undefined : value);
  const code = await main(["doctor", "--assembly", assembly, ...options]);
  return { code, text: said.join("\n") };
};

const KEYS = { AWS_ACCESS_KEY_ID: "AKIAEXAMPLE", AWS_SECRET_ACCESS_KEY: "s3cr3t", AWS_SESSION_TOKEN: "t0k3n" };

const answered = async (answers: WireAnswers, ...options: readonly string[]) =>
  doctor({ ...KEYS, AWS_ENDPOINT_URL: (await serveAws(answers)).url }, ...options);

describe("sluice doctor", () => {
  it("ends well where nothing is missing, and shows no secret", async () => {
    const { code, text } = await answered({});

    expect(text).toContain("  ok    credentials  account 123456789012, arn:aws:iam::123456789012:user/ada\n");
    expect(text).toContain("  ok    bootstrap    version 30, needed is ");
    expect(text).toContain("concurrency of 1000 in eu-west-1 is enough: the stage could use 24 (queues 20,");
    expect(text).toContain("  ok    stacks       Jobs is not deployed yet\n");
    expect(text).not.toMatch(/s3cr3t|t0k3n/);
    expect(code).toBe(0);
  });

  it("ends well with warnings", async () => {
    const { code, text } = await answered({ "lambda:GetAccountSettings": accountSettings(10) });

    expect(text).toContain("  warn  concurrency  Lambda's concurrency of 10 (the quota that new accounts start with)");
    expect(text).toContain("0 failures, 1 warning: npx cdk deploy --all --app ");
    expect(code).toBe(0);
  });

  it.each<[string, WireAnswers, RegExp]>([
    [
      "an account that was never bootstrapped",
      { "ssm:GetParameter": jsonError("ParameterNotFound") },
      /fail {2}bootstrap .*\n +-> npx cdk bootstrap aws:\/\/123456789012\/eu-west-1\n/,
    ],
    [
      "expired credentials",
      { "sts:GetCallerIdentity": queryError("ExpiredToken", "The security token is expired", 403) },
      /fail {2}credentials {2}the credentials have expired .*\n +-> set AWS_ACCESS_KEY_ID/,
    ],
  ])("fails for %s, with the next step", async (_, answers, expected) => {
    const { code, text } = await answered(answers);

    expect(text).toMatch(expected);
    expect(code).toBe(1);
  });

  it("prints for programs what it found", async () => {
    const { text } = await answered({}, "--json");

    expect(JSON.parse(text)).toMatchObject({ account: "123456789012", region: "eu-west-1", isFit: true });
  });

  it.each<[string, Readonly<Record<string, string>>, RegExp]>([
    ["none", {}, /there are no credentials: .*\n +-> aws login /],
    ["half of them", { AWS_ACCESS_KEY_ID: "AKIA" }, /AWS_ACCESS_KEY_ID is set, AWS_SECRET_ACCESS_KEY is not/],
    ["an unknown profile", { AWS_PROFILE: "nope" }, /there are no credentials for profile nope: /],
  ])("fails where the shell has %s of credentials", async (_, environment, expected) => {
    const { code, text } = await doctor({ ...environment, AWS_ENDPOINT_URL: (await serveAws()).url });

    expect(text).toMatch(expected);
    expect(code).toBe(1);
  });

  it("takes region and keys of a profile, and says that its session is over", async () => {
    const config = [
      "[profile keys]",
      "region = eu-north-1",
      "aws_access_key_id = AKIA",
      "aws_secret_access_key = x",
      "[profile sso]",
      "region = eu-north-1",
      "sso_session = work",
      "sso_account_id = 123456789012",
      "sso_role_name = admin",
      "[sso-session work]",
      "sso_region = eu-north-1",
      "sso_start_url = https://example.com/start",
    ].join("\n");
    const shell = {
      AWS_REGION: "",
      AWS_CONFIG_FILE: join(temporaryFolder({ config }), "config"),
      AWS_ENDPOINT_URL: (await serveAws()).url,
    };

    const keys = await doctor(shell, "--profile", "keys");
    const sso = await doctor(shell, "--profile", "sso");

    expect(keys.text).toContain("eu-north-1 (the profile)");
    expect(keys.code).toBe(0);
    expect(sso.text).toMatch(/the credentials have expired .*\n +-> aws sso login --profile sso /);
    expect(sso.code).toBe(1);
  });

  it("says so where a provider of credentials never answers", async () => {
    const config = "[profile slow]\nregion = eu-north-1\ncredential_process = sleep 2\n";
    vi.stubEnv("AWS_CONFIG_FILE", join(temporaryFolder({ config }), "config"));
    const account = sdkAccount({ region: "eu-north-1", profile: "slow", callMs: 300 });

    await expect(account.caller()).rejects.toMatchObject({
      name: "CredentialsProviderError",
      message: expect.stringMatching(/^the search for them took over 0.3 s/),
    });
  });

  it("fails where the emulator is down, in one line and with no stack trace", async () => {
    const { code, text } = await doctor({ ...KEYS, AWS_ENDPOINT_URL: await deadAddress() });

    expect(text).toMatch(
      /fail {2}credentials .*\(AWS_ENDPOINT_URL\) cannot be reached: connect ECONNREFUSED.*\n +-> start the emulator/,
    );
    expect(text).not.toMatch(/^ +at /m);
    expect(code).toBe(1);
  });

  it("fails for a region that is none", async () => {
    const { code, text } = await doctor({ ...KEYS, AWS_REGION: "Frankfurt" });

    expect(text).toContain('fail  region       region must look like eu-west-1, got "Frankfurt" (AWS_REGION)');
    expect(code).toBe(1);
  });

  it("fails for a folder that holds no assembly", async () => {
    expect(await main(["doctor", "--assembly", temporaryFolder(), "--region", "nowhere"])).toBe(1);
    expect(said.join("\n")).toMatch(/fail {2}stage {8}assembly .* must hold manifest.json/);
  });

  it("rejects --stage beside --assembly with exit code 2", async () => {
    expect(await main(["doctor", "--assembly", "cdk.out", "--stage", "dev"])).toBe(2);
  });
});
