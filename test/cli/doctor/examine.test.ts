import { describe, expect, it } from "vitest";
import type { AwsAccount, StackState } from "../../../lib/cli/doctor/aws-account.ts";
import { type Examination, examine } from "../../../lib/cli/doctor/examine.ts";
import type { CheckName } from "../../../lib/cli/doctor/finding.ts";
import type { HostAnswer, Ports, Question } from "../../../lib/cli/doctor/question.ts";
import { isFit, reportJson, reportText } from "../../../lib/cli/doctor/report.ts";
import type { SynthesizedStage } from "../../../lib/cli/doctor/synthesized-stage.ts";
import { SluiceError } from "../../../lib/core/errors.ts";

const STAGE: SynthesizedStage = {
  stacks: ["Data", "Pipeline"].map((cdkId) => ({
    name: `Sluice-dev-${cdkId}`,
    cdkId,
    account: undefined,
    region: undefined,
  })),
  resourceTypes: ["AWS::SQS::Queue", "AWS::Lambda::Function", "AWS::Scheduler::Schedule", "AWS::IAM::Role"],
  mappings: [
    { logicalId: "a", floor: 2, ceiling: 40, isUnlimited: false },
    { logicalId: "b", floor: 2, ceiling: 10, isUnlimited: false },
  ],
  isPublic: false,
  bootstrap: { version: 6, parameter: "/cdk-bootstrap/hnb659fds/version" },
};

const ACCOUNT: AwsAccount = {
  caller: async () => ({ account: "123456789012", arn: "arn:aws:iam::123456789012:user/ada", clockAheadSeconds: 0 }),
  parameter: async () => "30",
  concurrency: async () => ({ concurrency: 1_000, unreserved: 1_000 }),
  stack: async () => undefined,
};

const QUESTION: Question = {
  source: { kind: "stage", stage: "dev" },
  region: undefined,
  profile: undefined,
  environment: { AWS_REGION: "eu-west-1" },
};

type Given = {
  readonly question?: Partial<Question>;
  readonly stage?: Partial<SynthesizedStage>;
  readonly account?: Partial<AwsAccount>;
  readonly ports?: Partial<Ports>;
};

/** Examines a machine and an account where all is well but for what is given. */
const examined = ({ question, stage, account, ports }: Given = {}): Promise<Examination> =>
  examine(
    { ...QUESTION, ...question },
    {
      nodeVersions: async () => ({ running: "24.21.0", own: "24.21.0", needed: ">=20" }),
      synthesizedStage: async () => ({ ...STAGE, ...stage }),
      regionOfProfile: async () => undefined,
      host: async () => "known",
      account: () => ({ ...ACCOUNT, ...account }),
      ...ports,
    },
  );

const findingsOf = async (check: CheckName, given: Given = {}) =>
  (await examined(given)).findings.filter((finding) => finding.check === check);

const failing =
  (name: string, message = "") =>
  () =>
    Promise.reject(Object.assign(new Error(message), { name }));

describe("an examination", () => {
  it("finds nothing to do where all is well", async () => {
    const examination = await examined();

    expect(isFit(examination)).toBe(true);
    expect(reportText(examination).split("\n")).toEqual([
      "Sluice doctor, stage dev",
      "  ok    node         24.21.0, the major that Lambda runs the functions with",
      "  ok    stage        Sluice-dev-Data, Sluice-dev-Pipeline; 2 job types",
      "  ok    region       eu-west-1 (AWS_REGION), which has the services of the stage",
      "  ok    credentials  account 123456789012, arn:aws:iam::123456789012:user/ada",
      "  ok    bootstrap    version 30, needed is 6",
      "  ok    concurrency  Lambda's concurrency of 1000 in eu-west-1 is enough: the stage could use 57 (queues 40 + 10, the rest for the api and the scaler)",
      "  ok    stacks       Sluice-dev-Data is not deployed yet, Sluice-dev-Pipeline is not deployed yet",
      "0 failures, 0 warnings: npx cdk deploy --all -c stage=dev",
    ]);
  });

  it("is told to programs as it is to people", async () => {
    const examination = await examined({ account: { parameter: async () => undefined } });

    expect(JSON.parse(reportJson(examination))).toEqual({
      app: "stage dev",
      region: "eu-west-1",
      account: "123456789012",
      isFit: false,
      findings: examination.findings,
    });
  });

  it("goes on with what needs no account, and names what has to come first", async () => {
    const account = { caller: failing("ExpiredToken", "expired") };

    const { findings } = await examined({ account });

    expect(findings.map(({ check, status }) => `${check} ${status}`)).toEqual([
      "node ok",
      "stage ok",
      "region ok",
      "credentials fail",
      "bootstrap skip",
      "concurrency skip",
      "stacks skip",
    ]);
    expect(findings.at(-1)?.says).toBe("needs first: credentials");
  });

  it("says what to do with every failure and every warning", async () => {
    const troubled: Given = {
      question: { environment: {} },
      stage: { isPublic: true },
      account: {
        caller: async () => ({ account: "1", arn: "arn:aws:iam::1:root", clockAheadSeconds: 400 }),
        parameter: async () => "3",
        concurrency: async () => ({ concurrency: 10, unreserved: 10 }),
        stack: async () => ({ status: "UPDATE_ROLLBACK_FAILED", reason: undefined }),
      },
    };

    const { findings } = await examined(troubled);

    const bad = findings.filter(({ status }) => status !== "ok");
    expect(bad.length).toBeGreaterThan(6);
    expect(bad.filter(({ next }) => next.length === 0)).toEqual([]);
  });
});

describe("Node", () => {
  it.each([
    [{ running: "18.20.0", own: "24.21.0", needed: ">=20" }, "fail", "Node must be >=20, got 18.20.0"],
    [
      { running: "22.19.0", own: "24.21.0", needed: ">=20" },
      "warn",
      "Node is 22.19.0, and the project's own is 24.21.0",
    ],
    [
      { running: "22.19.0", own: undefined, needed: ">=20" },
      "warn",
      "Node is 22.19.0; the project's own is not installed",
    ],
  ])("is compared: %j", async (versions, status, says) => {
    const [finding] = await findingsOf("node", { ports: { nodeVersions: async () => versions } });

    expect(finding).toMatchObject({ status, says });
  });
});

describe("the stage", () => {
  it("is refused in the app's own words, and nothing else of what cdk says", async () => {
    const said =
      '`cdk synth` failed for stage nope:\nerror: stage must be one of dev, prod, got "nope"\n' +
      "hint: choose one with `-c stage=<name>`\nnode bin/app.ts: Subprocess exited with error 1";
    const refused = async () => Promise.reject(new SluiceError("SynthesisFailed", said, { hint: "mend it" }));

    const [finding] = await findingsOf("stage", { ports: { synthesizedStage: refused } });

    expect(finding).toEqual({
      check: "stage",
      status: "fail",
      says: 'stage must be one of dev, prod, got "nope"',
      next: ["choose one with `-c stage=<name>`"],
    });
  });

  it.each([
    [{ kind: "stage", stage: "dev" }, "in bin/stages.ts"],
    [{ kind: "app", folder: "/srv/shop", stage: undefined }, "in the settings of the stage"],
  ] as const)("that everybody may call is warned of, and where to change that: %j", async (source, where) => {
    const [, finding] = await findingsOf("stage", { question: { source }, stage: { isPublic: true } });

    expect(finding).toMatchObject({
      status: "warn",
      says: "its API takes requests of everybody, unsigned",
      next: [`auth: "iam"   (${where})`],
    });
  });

  it("shows every setting that is wrong", async () => {
    const wrong =
      "error: 2 settings are wrong in stage dev:\n  dev.a must be x\n  dev.b must be y\nhint: edit bin/stages.ts";
    const refused = async () => Promise.reject(new SluiceError("SynthesisFailed", `\`cdk synth\` failed:\n${wrong}`));

    const [finding] = await findingsOf("stage", { ports: { synthesizedStage: refused } });

    expect(finding).toMatchObject({
      says: "2 settings are wrong in stage dev:\n  dev.a must be x\n  dev.b must be y",
      next: ["edit bin/stages.ts"],
    });
  });

  it("is warned of where it would be open to everybody on AWS, and not on an emulator", async () => {
    const stage = { isPublic: true };
    const emulated = { environment: { ...QUESTION.environment, AWS_ENDPOINT_URL: "http://127.0.0.1:4566" } };

    const onAws = await findingsOf("stage", { stage });
    const onEmulator = await findingsOf("stage", { stage, question: emulated });

    expect(onAws.map(({ status }) => status)).toEqual(["ok", "warn"]);
    expect(onEmulator.map(({ status }) => status)).toEqual(["ok"]);
  });
});

describe("the region", () => {
  const known =
    (...hosts: readonly string[]) =>
    async (name: string): Promise<HostAnswer> =>
      hosts.includes(name) ? "known" : "unknown";

  it.each([
    [{ AWS_DEFAULT_REGION: "eu-north-1", AWS_REGION: "eu-west-1" }, undefined, "eu-west-1 (AWS_REGION)"],
    [{ AWS_DEFAULT_REGION: "eu-north-1" }, "us-west-2", "eu-north-1 (AWS_DEFAULT_REGION)"],
    [{}, "us-west-2", "us-west-2 (the profile)"],
  ])("is the one that cdk deploy takes: %j, profile %s", async (environment, ofProfile, says) => {
    const ports = { regionOfProfile: async () => ofProfile };

    const [finding] = await findingsOf("region", { question: { environment }, ports });

    expect(finding).toMatchObject({ status: "ok", says: expect.stringContaining(says) });
  });

  it("is warned of where nobody names one, or cdk deploy would take another", async () => {
    const [unset] = await findingsOf("region", { question: { environment: {} } });
    const [other] = await findingsOf("region", { question: { region: "eu-north-1" } });

    expect(unset).toMatchObject({ status: "warn", says: "no region is set, so `cdk deploy` takes us-east-1" });
    expect(other).toMatchObject({
      status: "warn",
      says: expect.stringMatching(/^eu-north-1 \(--region\).*; `cdk deploy` would take eu-west-1$/),
      next: ["export AWS_REGION=eu-north-1"],
    });
  });

  it.each([
    ["Frankfurt", "known", 'region must look like eu-west-1, got "Frankfurt" (AWS_REGION)'],
    ["eu-west-9", "unknown", 'region must be one of AWS\'s, got "eu-west-9" (AWS_REGION)'],
  ] as const)("rejects %s", async (name, answer, says) => {
    const host = async (asked: string): Promise<HostAnswer> => (asked === "sts.amazonaws.com" ? "known" : answer);

    const [finding] = await findingsOf("region", { question: { environment: { AWS_REGION: name } }, ports: { host } });

    expect(finding).toMatchObject({ status: "fail", says, next: [expect.stringMatching(/^export AWS_REGION=/)] });
  });

  it("rejects one that lacks a service of the stage", async () => {
    const hosts = ["sts", "cloudformation", "ssm", "sqs", "lambda"].map((name) => `${name}.eu-west-1.amazonaws.com`);

    const [finding] = await findingsOf("region", { ports: { host: known(...hosts) } });

    expect(finding).toMatchObject({ status: "fail", says: expect.stringMatching(/got none of: scheduler$/) });
  });

  it("is not blamed where there is no network, and credentials are looked for all the same", async () => {
    const unreachable = { ports: { host: async (): Promise<HostAnswer> => "unknown" } };
    const offline = { caller: () => Promise.reject(Object.assign(new Error("getaddrinfo"), { code: "ENOTFOUND" })) };
    const none = { caller: failing("CredentialsProviderError", "Could not load credentials from any providers") };

    const [region] = await findingsOf("region", { ...unreachable, account: offline });
    const [unasked] = await findingsOf("credentials", { ...unreachable, account: offline });
    const [missing] = await findingsOf("credentials", { ...unreachable, account: none });

    expect(region).toMatchObject({ status: "fail", says: expect.stringMatching(/^AWS cannot be reached/) });
    expect(unasked).toMatchObject({ status: "skip", says: "needs first: region" });
    expect(missing).toMatchObject({ status: "fail", says: expect.stringMatching(/^there are no credentials/) });
  });

  it("is any that looks like one where an emulator answers", async () => {
    const environment = { AWS_REGION: "us-east-1", AWS_ENDPOINT_URL: "http://127.0.0.1:4566" };
    const ports = { host: () => Promise.reject(new Error("DNS must not be asked")) };

    const [finding] = await findingsOf("region", { question: { environment }, ports });

    expect(finding).toMatchObject({
      status: "ok",
      says: "us-east-1 (AWS_REGION); asked is http://127.0.0.1:4566, not AWS",
    });
  });

  it("rejects an emulator's address that is none", async () => {
    const environment = { AWS_REGION: "us-east-1", AWS_ENDPOINT_URL: "nonsense" };

    const [finding] = await findingsOf("region", { question: { environment } });

    expect(finding).toMatchObject({ status: "fail", says: 'AWS_ENDPOINT_URL must be a URL, got "nonsense"' });
  });

  it("rejects another one than an app's own stack names", async () => {
    const stacks = STAGE.stacks.map((stack) => ({ ...stack, region: "eu-central-1" }));

    const [finding] = await findingsOf("region", { stage: { stacks } });

    expect(finding).toMatchObject({ status: "fail", next: ["npx sluice doctor --region eu-central-1"] });
  });
});

describe("the credentials", () => {
  it("are warned of where they are the root user's, or the clock is off", async () => {
    const caller = async () => ({ account: "1", arn: "arn:aws:iam::1:root", clockAheadSeconds: -90 });

    const findings = await findingsOf("credentials", { account: { caller } });

    expect(findings.map(({ status }) => status)).toEqual(["warn", "warn"]);
    expect(findings[0]?.says).toContain("root user may not assume the roles");
    expect(findings[1]?.says).toContain("clock is 90 s behind AWS's");
  });

  it("rejects those of another account than an app's own stack names", async () => {
    const stacks = STAGE.stacks.map((stack) => ({ ...stack, account: "999999999999" }));

    const [finding] = await findingsOf("credentials", { stage: { stacks } });

    expect(finding).toMatchObject({
      status: "fail",
      says: expect.stringContaining("Sluice-dev-Data goes to account 999999999999"),
    });
  });
});

describe("the bootstrap stack", () => {
  const next = ["npx cdk bootstrap aws://123456789012/eu-west-1 --profile work"];

  it.each([
    [undefined, "must be bootstrapped once, got no parameter /cdk-bootstrap/hnb659fds/version"],
    ["5", "must be bootstrapped in version 6 or later, got 5"],
  ])("rejects version %s, and names the command", async (version, says) => {
    const account = { parameter: async () => version };

    const [finding] = await findingsOf("bootstrap", { account, question: { profile: "work" } });

    expect(finding).toMatchObject({ status: "fail", says: expect.stringContaining(says), next });
  });

  it("is asked for by the name that the app gives it", async () => {
    const bootstrap = { version: 6, parameter: "/cdk-bootstrap/mine/version" };

    const [finding] = await findingsOf("bootstrap", { stage: { bootstrap }, account: { parameter: async () => "1" } });

    expect(finding?.next).toEqual(["npx cdk bootstrap aws://123456789012/eu-west-1 --qualifier mine"]);
  });

  it("cannot be told by who may not read it, and is only warned of", async () => {
    const [finding] = await findingsOf("bootstrap", { account: { parameter: failing("AccessDeniedException", "no") } });

    expect(finding).toMatchObject({ status: "warn", says: expect.stringMatching(/^cannot tell: .*ssm:GetParameter/) });
  });
});

describe("the account's concurrency", () => {
  const having = (concurrency: number, unreserved = concurrency, stage: Partial<SynthesizedStage> = {}) =>
    findingsOf("concurrency", { stage, account: { concurrency: async () => ({ concurrency, unreserved }) } });

  it.each([
    [57, "ok"],
    [56, "warn"],
    [10, "warn"],
    [6, "fail"],
  ])("of %i is %s for two queues of 40 and 10", async (concurrency, status) => {
    expect(await having(concurrency)).toMatchObject([{ status }]);
  });

  it("of a new account is explained, with the command that raises it", async () => {
    const [finding] = await having(10);

    expect(finding?.says).toContain("concurrency of 10 (the quota that new accounts start with) in eu-west-1 is short");
    expect(finding?.says).toContain("7 are left to the queues, shared by backlog");
    expect(finding?.next).toEqual([
      "aws service-quotas request-service-quota-increase --service-code lambda --quota-code L-B99A9384 --desired-value 1000 --region eu-west-1",
      "or set accountConcurrency: 10 in bin/stages.ts, and lower maxConcurrency to fit",
    ]);
  });

  it("counts what functions have reserved as gone", async () => {
    expect(await having(1_000, 50)).toMatchObject([
      { status: "warn", says: expect.stringContaining("950 of them reserved by functions") },
    ]);
  });

  it("counts a queue without a limit with what AWS lets it reach", async () => {
    const mappings = [{ logicalId: "a", floor: 2, ceiling: 1_250, isUnlimited: true }];

    const [finding] = await having(1_000, 1_000, { mappings });

    expect(finding).toMatchObject({ status: "warn", says: expect.stringContaining("queues 1250 without a limit") });
  });

  it("cannot be told by an emulator that does not know the call, and is only warned of", async () => {
    const environment = { ...QUESTION.environment, AWS_ENDPOINT_URL: "http://127.0.0.1:4566" };
    const account = { concurrency: failing("UnknownOperationException", "not supported") };

    const [finding] = await findingsOf("concurrency", { account, question: { environment } });

    expect(finding).toMatchObject({ status: "warn", says: expect.stringContaining("not supported") });
  });
});

describe("the stacks", () => {
  const inState = (status: string, reason?: string) => {
    const state: StackState = { status, reason };
    const stack = async (name: string) => (name === "Sluice-dev-Pipeline" ? state : undefined);
    return findingsOf("stacks", { account: { stack } });
  };

  it.each(["CREATE_COMPLETE", "UPDATE_COMPLETE", "IMPORT_COMPLETE"])("may be %s", async (status) => {
    expect(await inState(status)).toEqual([
      {
        check: "stacks",
        status: "ok",
        says: `Sluice-dev-Data is not deployed yet, Sluice-dev-Pipeline ${status}`,
        next: [],
      },
    ]);
  });

  it.each([
    ["ROLLBACK_COMPLETE", "warn", /^npx cdk deploy --all -c stage=dev$/],
    ["UPDATE_ROLLBACK_COMPLETE", "warn", /^npx cdk deploy --all -c stage=dev$/],
    ["REVIEW_IN_PROGRESS", "warn", /^npx cdk deploy --all -c stage=dev$/],
    ["UPDATE_IN_PROGRESS", "fail", /^npx sluice doctor /],
    ["DELETE_IN_PROGRESS", "fail", /^npx sluice doctor /],
    ["UPDATE_ROLLBACK_FAILED", "fail", /^npx cdk rollback Pipeline -c stage=dev$/],
    ["CREATE_FAILED", "fail", /^npx cdk rollback Pipeline -c stage=dev$/],
    [
      "ROLLBACK_FAILED",
      "fail",
      /^aws cloudformation delete-stack --stack-name Sluice-dev-Pipeline --region eu-west-1$/,
    ],
    ["DELETE_FAILED", "fail", /^aws cloudformation delete-stack --stack-name Sluice-dev-Pipeline --region eu-west-1$/],
    ["SOMETHING_FAILED", "fail", /^aws cloudformation describe-stack-events --stack-name Sluice-dev-Pipeline /],
  ])("that are %s are a %s, with what to do", async (status, level, last) => {
    const [, finding] = await inState(status, "Role must exist\nmore");

    expect(finding).toMatchObject({
      status: level,
      says: expect.stringContaining(`Sluice-dev-Pipeline is ${status} (Role must exist): `),
    });
    expect(finding?.next.at(-1)).toMatch(last);
  });
});
