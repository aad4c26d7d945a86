import { spawn } from "node:child_process";
import { once } from "node:events";
import { text } from "node:stream/consumers";
import { Sha256 } from "@smithy/core/checksum";
import { SignatureV4 } from "@smithy/signature-v4";
import { beforeAll, describe, expect, it } from "vitest";
import { examine } from "../lib/cli/doctor/examine.ts";
import { reportText } from "../lib/cli/doctor/report.ts";
import { readSynthesizedStage, type SynthesizedStage } from "../lib/cli/doctor/synthesized-stage.ts";
import { type WatchPart, watchPrice } from "../lib/core/cost/alarm-prices.ts";
import { idleScalerCost, sumOf } from "../lib/core/cost/idle-scaler.ts";
import { DEFAULT_RETRY } from "../lib/core/retry.ts";
import { parseStage } from "../lib/core/settings.ts";
import { type SeenRequest, serve } from "./support/local-server.ts";
import { codeOf, rowsOf, textOf } from "./support/pages.ts";
import { shippedStages } from "./support/synthesize.ts";
import { stageOnce } from "./support/synthesized-once.ts";

const PAGE = "docs/deploy.md";

type Resource = {
  readonly Type: string;
  readonly DeletionPolicy?: string;
  readonly Properties: Readonly<Record<string, unknown>>;
};

type Template = { readonly Resources: Readonly<Record<string, Resource>>; readonly Outputs?: object };

const templateOf = (stage: string, stack: "data" | "pipeline"): Template =>
  JSON.parse(textOf(`test/snapshots/${stage}.${stack}.json`));

/** All resources of a stage, by logical id. */
const resourcesOf = (stage: string): readonly (readonly [string, Resource])[] =>
  (["data", "pipeline"] as const).flatMap((stack) => Object.entries(templateOf(stage, stack).Resources));

const ofType = (stage: string, type: string): readonly Resource[] =>
  resourcesOf(stage)
    .map(([, resource]) => resource)
    .filter(({ Type }) => Type === type);

const STAGES = Object.keys(shippedStages);

let dev: SynthesizedStage;
beforeAll(async () => {
  dev = await readSynthesizedStage(stageOnce("dev", shippedStages.dev ?? { jobTypes: {} }));
});

describe("the names in docs/deploy.md", () => {
  const page = textOf(PAGE);

  it("are those of the stacks and their outputs", () => {
    const { stacks } = dev;
    const outputs = Object.keys(templateOf("dev", "pipeline").Outputs ?? {});

    const named = [...page.matchAll(/Sluice-(?:dev|prod)-(\w+)/g)].map(([, id]) => id);
    const rolledBack = [...page.matchAll(/cdk rollback (\w+)/g)].map(([, id]) => id);

    expect([...new Set(named)].sort()).toEqual(stacks.map(({ name }) => name.replace("Sluice-dev-", "")).sort());
    expect(stacks.map(({ cdkId }) => cdkId)).toEqual(expect.arrayContaining(rolledBack));
    expect(outputs.length).toBeGreaterThan(1);
    expect(outputs.filter((output) => !page.includes(`\`${output}\``))).toEqual([]);
  });

  it.each(STAGES)("are all that %s leaves behind", (stage) => {
    const kept = resourcesOf(stage)
      .filter(([, { Type, DeletionPolicy }]) => DeletionPolicy === "Retain" && Type !== "AWS::S3::BucketPolicy")
      .map(([logicalId]) => logicalId);

    const rows = rowsOf(PAGE).map(([name = ""]) => name);

    expect(kept.length).toBeGreaterThan(2);
    expect(kept.filter((logicalId) => !rows.includes(logicalId))).toEqual([]);
  });
});

describe("the doctor in docs/deploy.md", () => {
  it("says of a new account what the page shows", async () => {
    const examination = await examine(
      {
        source: { kind: "stage", stage: "dev" },
        region: undefined,
        profile: undefined,
        environment: { AWS_REGION: "eu-west-1" },
      },
      {
        nodeVersions: async () => ({ running: "24.21.0", own: "24.21.0", needed: ">=20" }),
        synthesizedStage: async () => dev,
        regionOfProfile: async () => undefined,
        host: async () => "known",
        account: () => ({
          caller: async () => ({
            account: "123456789012",
            arn: "arn:aws:iam::123456789012:user/ada",
            clockAheadSeconds: 0,
          }),
          parameter: async () => undefined,
          concurrency: async () => ({ concurrency: 10, unreserved: 10 }),
          stack: async () => undefined,
        }),
      },
    );

    expect(codeOf(PAGE, "text")).toEqual([`${reportText(examination)}\n`]);
    expect(rowsOf(PAGE).map(([check]) => check)).toEqual(
      expect.arrayContaining([...new Set(examination.findings.map(({ check }) => check))]),
    );
  });
});

describe("curl in docs/deploy.md", () => {
  const accessKeyId = "AKIAEXAMPLE";
  const secretAccessKey = "wJalr/secret+key";

  /** Runs the page's commands with these credentials, and returns what arrived. */
  const ran = async (sessionToken: string): Promise<readonly SeenRequest[]> => {
    const seen: SeenRequest[] = [];
    const { url } = await serve(async (request, response) => {
      const { method, url: path, headers } = request;
      seen.push({ method, url: path, headers: headers as Record<string, string>, body: await text(request) });
      response.end("{}");
    });
    const [code = ""] = codeOf(PAGE, "bash");
    const shell = spawn("sh", ["-c", code.replace("<id>", "profile-csv_r01m82g979vnbn6ap7yajt0kfcgns64f")], {
      env: {
        PATH: process.env.PATH,
        API_URL: url,
        AWS_REGION: "eu-west-1",
        AWS_ACCESS_KEY_ID: accessKeyId,
        AWS_SECRET_ACCESS_KEY: secretAccessKey,
        AWS_SESSION_TOKEN: sessionToken,
      },
      stdio: "ignore",
    });
    const [exitCode] = await once(shell, "close");
    expect(exitCode).toBe(0);
    return seen;
  };

  /** Signs a request as the SDK does, at the time and with the headers that it was signed with. */
  const signatureOf = async ({ method = "", url = "", headers, body }: SeenRequest, sessionToken: string) => {
    const { authorization = "", "x-amz-date": date = "" } = headers;
    const names = /SignedHeaders=([^,]+)/.exec(authorization)?.[1]?.split(";") ?? [];
    const signer = new SignatureV4({
      credentials: { accessKeyId, secretAccessKey, ...(sessionToken === "" ? {} : { sessionToken }) },
      region: "eu-west-1",
      service: "execute-api",
      sha256: Sha256,
      applyChecksum: false,
    });
    const signed = await signer.sign(
      {
        method,
        protocol: "http:",
        hostname: "127.0.0.1",
        path: url,
        headers: Object.fromEntries(names.map((name) => [name, headers[name] ?? ""])),
        body,
      },
      { signingDate: new Date(date.replace(/^(....)(..)(..)T(..)(..)(..)Z$/, "$1-$2-$3T$4:$5:$6Z")) },
    );
    return signed.headers.authorization;
  };

  it.each([["tok/en+=="], [""]])("signs as the SDK does, with session token %j", async (sessionToken) => {
    const seen = await ran(sessionToken);

    expect(seen.map(({ method, url }) => `${method} ${url}`)).toEqual([
      "POST /jobs/profile-csv",
      "GET /jobs/profile-csv_r01m82g979vnbn6ap7yajt0kfcgns64f",
    ]);
    for (const request of seen) {
      const signature = /Signature=(\w+)/.exec(request.headers.authorization ?? "")?.[1];
      expect(await signatureOf(request, sessionToken)).toContain(`Signature=${signature}`);
      expect(request.headers["x-amz-security-token"] ?? "").toBe(sessionToken);
    }
  });
});

describe("the costs in docs/deploy.md", () => {
  const rows = rowsOf(PAGE);
  const centsOf = (cell = ""): number => Math.round(Number(cell.replace("$", "")) * 100);
  const dollars = (amount: number): string => `$${amount.toFixed(2)}`;
  const idle = rows.slice(
    rows.findIndex(([name]) => name === "idle") + 1,
    rows.findIndex(([name]) => name === "a million jobs"),
  );
  const jobs = rows.slice(rows.findIndex(([name]) => name === "a million jobs") + 1);
  const upToSum = (table: readonly (readonly string[])[]) =>
    table.slice(
      0,
      table.findIndex(([name]) => name === "sum"),
    );

  it("add up to their sums", () => {
    const idleSum = idle.find(([name]) => name === "sum");
    const jobsSum = jobs.find(([name]) => name === "sum");
    const total = (table: readonly (readonly string[])[], column: number): number =>
      upToSum(table).reduce((cents, row) => cents + centsOf(row[column]), 0);

    expect(upToSum(idle).length).toBeGreaterThan(3);
    expect(upToSum(jobs).length).toBeGreaterThan(5);
    expect([centsOf(idleSum?.at(-2)), centsOf(idleSum?.at(-1))]).toEqual([total(idle, 3), total(idle, 4)]);
    expect(centsOf(jobsSum?.at(-1))).toBe(total(jobs, 3));
  });

  it("of a million jobs are what is used times its price", () => {
    for (const [name, used = "", price = "", cost] of upToSum(jobs)) {
      const amount = Number(/^[\d.,]+/.exec(used)?.[0].replaceAll(",", ""));
      const each = Number(/^\$([\d.]+)/.exec(price)?.[1]) / (price.endsWith("a million") ? 1e6 : 1);
      expect(dollars(amount * each), name).toBe(cost);
    }
  });

  it("of an idle stage are those that the stage's own models tell", () => {
    const scaler = idleScalerCost({ jobTypes: 2, memoryMiB: 256, lookMs: 400, stateKiB: 2, logRetentionDays: 30 });
    const { lambdaRequests, lambdaTime, scheduler, queueReads, logs, ...unfree } = scaler;
    const parts: readonly WatchPart[] = ofType("dev", "AWS::CloudWatch::Alarm").map(({ Properties }) => {
      const queries = Properties.Metrics as readonly object[] | undefined;
      return { kind: "alarm", metrics: queries?.filter((query) => "MetricStat" in query).length ?? 1 };
    });
    const watched = watchPrice([...parts, { kind: "composite" }, { kind: "dashboard", metrics: 1 }]);
    const receives = 2 * 15 * 60 * 730;
    const sqsMillion = 0.4e-6;

    const [sqs, scaling, alarms, secrets] = upToSum(idle);

    expect(sqs?.slice(3)).toEqual([
      dollars(receives * sqsMillion),
      dollars(receives * sqsMillion + queueReads - 1e6 * sqsMillion),
    ]);
    expect(scaling?.slice(3)).toEqual([dollars(sumOf(scaler)), dollars(unfree.tableReads + unfree.tableWrites)]);
    expect(alarms?.slice(3)).toEqual([dollars(watched.listCents / 100), dollars(watched.leastCents / 100)]);
    expect(secrets?.[1]).toBe(`${ofType("dev", "AWS::SecretsManager::Secret").length} secret`);
  });
});

describe("the guard rails in docs/deploy.md", () => {
  it.each(STAGES)("are on in %s", (stage) => {
    const [api, ...others] = ofType(stage, "AWS::ApiGatewayV2::Stage");
    const logs = ofType(stage, "AWS::Logs::LogGroup");
    const mappings = ofType(stage, "AWS::Lambda::EventSourceMapping");
    const functions = ofType(stage, "AWS::Lambda::Function");
    const queues = ofType(stage, "AWS::SQS::Queue");
    const [bucket] = ofType(stage, "AWS::S3::Bucket");

    expect(others).toEqual([]);
    expect(api?.Properties.DefaultRouteSettings).toEqual({
      ThrottlingRateLimit: expect.any(Number),
      ThrottlingBurstLimit: expect.any(Number),
    });
    expect(logs.length).toBe(functions.length + 1);
    expect(logs.filter(({ Properties }) => !(Number(Properties.RetentionInDays) > 0))).toEqual([]);
    expect(mappings.length).toBe(2);
    expect(mappings.filter(({ Properties }) => Properties.ScalingConfig === undefined)).toEqual([]);
    expect(functions.filter(({ Properties }) => Properties.ReservedConcurrentExecutions !== undefined)).toEqual([]);
    expect(queues.filter(({ Properties }) => Properties.MessageRetentionPeriod === undefined)).toEqual([]);
    expect(bucket?.Properties.LifecycleConfiguration).toBeDefined();
  });

  it("have the defaults of the settings", () => {
    const { throttle, auth, redriveLimit, recordRetentionDays, logRetentionDays, jobTypes } = parseStage("dev", {
      jobTypes: { work: {} },
    });
    const shown = new Map(rowsOf(PAGE).map((row) => [row[2], row[1] ?? ""] as const));

    expect(auth).toBe("iam");
    expect(shown.get("throttle")).toContain(`${throttle.ratePerSecond} a second, ${throttle.burst} at once`);
    expect(shown.get("auth")).toContain("signed requests only");
    expect(shown.get("retry of the job type")).toContain(`${DEFAULT_RETRY.attempts}, then`);
    expect(shown.get("redriveLimit")).toBe(`${redriveLimit}`);
    expect(shown.get("retentionDays")).toBe(`${jobTypes.work?.retentionDays} days`);
    expect(shown.get("recordRetentionDays")).toBe(`${recordRetentionDays} days`);
    expect(shown.get("logRetentionDays")).toBe(`${logRetentionDays} days`);
    expect(jobTypes.work?.maxConcurrency).toBeUndefined();
  });
});
