import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { stages } from "../../bin/stages.ts";
import type { SluiceError } from "../../lib/core/errors.ts";
import { type JobTypeSettings, parseStage, type StageSettings } from "../../lib/core/settings.ts";

const workOf = (settings: JobTypeSettings) => parseStage("dev", { jobTypes: { work: settings } }).jobTypes.work;

/** Parses what must not parse; settings may be anything, as they are in a file nobody type-checked. */
const refusalOf = (settings: unknown): SluiceError => {
  try {
    parseStage("dev", settings as StageSettings);
  } catch (error) {
    return error as SluiceError;
  }
  throw new Error("the settings were accepted");
};

const linesOf = ({ message }: SluiceError): readonly string[] =>
  message
    .split("\n")
    .slice(1)
    .map((line) => line.trim());

describe("parseStage", () => {
  it("fills in every default", () => {
    expect(parseStage("dev", { jobTypes: { work: {} } })).toEqual({
      name: "dev",
      auth: "iam",
      front: "http",
      dailyQuota: 1_000_000,
      isProtected: false,
      logRetentionDays: 30,
      recordRetentionDays: 30,
      redriveLimit: 10,
      alarms: "all",
      throttle: { ratePerSecond: 100, burst: 200 },
      jobTypes: {
        work: {
          timeoutSeconds: 30,
          memoryMiB: 256,
          batchSize: 10,
          batchWindowSeconds: 0,
          parallel: 5,
          minConcurrency: 2,
          targetWaitSeconds: 60,
          retentionDays: 4,
          environment: {},
          secrets: [],
          functionTimeoutSeconds: 65,
          visibilityTimeoutSeconds: 390,
        },
      },
    });
  });

  it("keeps what is given, and takes undefined for left out", () => {
    const parsed = parseStage("dev", { auth: "public", isProtected: undefined, jobTypes: { work: { parallel: 2 } } });

    expect(parsed).toMatchObject({ auth: "public", isProtected: false });
    expect(parsed.jobTypes.work).toMatchObject({ parallel: 2, batchSize: 10 });
  });

  it.each(Object.entries<StageSettings>(stages))("accepts the shipped stage %s", (name, settings) => {
    expect(parseStage(name, settings).name).toBe(name);
  });

  it.each<[JobTypeSettings, number, number]>([
    [{ batchSize: 1, timeoutSeconds: 1 }, 6, 36],
    [{ batchSize: 11, parallel: 5, timeoutSeconds: 30, batchWindowSeconds: 1 }, 95, 571],
    [{ batchSize: 10, parallel: 10, timeoutSeconds: 895 }, 900, 5_400],
  ])("derives the function's time-out and the visibility from %j", (settings, timeoutSeconds, visibilitySeconds) => {
    expect(workOf(settings)).toMatchObject({
      functionTimeoutSeconds: timeoutSeconds,
      visibilityTimeoutSeconds: visibilitySeconds,
    });
  });

  it("rejects everything that is wrong at once, with path, range, value and remedy", () => {
    const refusal = refusalOf({
      auth: "open",
      logRetentionDays: 31,
      throttle: { ratePerSecond: 0, burst: 10 },
      jobTypes: {
        Bad_Name: {},
        work: { timeoutSeconds: 0, memoryMB: 512, maxConcurrency: 1, secrets: ["key"], environment: { A: 1 } },
      },
    });

    expect(refusal).toMatchObject({ code: "SettingsInvalid", hint: "edit bin/stages.ts" });
    expect(refusal.message.split("\n")[0]).toBe("9 settings are wrong in stage dev:");
    expect(linesOf(refusal)).toEqual([
      'dev.auth must be one of "iam", "jwt", "apiKey", "public", got "open" (`iam` is closed by default)',
      expect.stringMatching(/^dev\.logRetentionDays must be one of 1, 3, 5, .*, got 31 \(.+\)$/),
      "dev.throttle.ratePerSecond must be a whole number from 1 to 10000, got 0 (an account's own limit is 10,000 a second)",
      'dev.jobTypes must have names in kebab-case of at most 40 characters, got "Bad_Name" (rename the job type and its file)',
      "dev.jobTypes.work.timeoutSeconds must be a whole number from 1 to 895, got 0 (split longer work into several jobs)",
      expect.stringMatching(/^dev\.jobTypes\.work\.memoryMB must be left out: .* memoryMiB, .*, got 512 \(.+\)$/),
      "dev.jobTypes.work.maxConcurrency must be a whole number from 2 to 1000, got 1 (leave it out for no limit; AWS offers none below 2)",
      'dev.jobTypes.work.secrets[0] must be named like ^[A-Z][A-Z0-9_]*$, got "key" (rename it)',
      "dev.jobTypes.work.environment.A must be text, got 1 (put it in quotes)",
    ]);
  });

  it.each<[string, JobTypeSettings, RegExp]>([
    [
      "a batch over 10 without a window",
      { batchSize: 11 },
      /work\.batchSize must be at most 10 without a window, got 11/,
    ],
    [
      "paid pollers with a bound of their own",
      { provisioned: { min: 2, max: 5 }, maxConcurrency: 5 },
      /work\.maxConcurrency must be left out where provisioned is set, got 5/,
    ],
    [
      "more pollers at least than at most",
      { provisioned: { min: 5, max: 4 } },
      /work\.provisioned must have a max of at least its min, got \{"min":5,"max":4\}/,
    ],
    [
      "a floor above its own ceiling",
      { minConcurrency: 8, maxConcurrency: 7 },
      /work\.minConcurrency must be at most what the job type may run at once, 7, got 8/,
    ],
    [
      "a floor above what its pollers run",
      { minConcurrency: 21, provisioned: { min: 2, max: 2 } },
      /work\.minConcurrency must be at most what the job type may run at once, 20, got 21/,
    ],
    [
      "a batch that takes longer than a function may",
      { timeoutSeconds: 300, batchSize: 10, parallel: 2 },
      /work\.timeoutSeconds must leave a function time-out .* of at most 900, got 1505/,
    ],
    [
      "more messages in flight than SQS holds",
      { batchSize: 1_000, batchWindowSeconds: 1, parallel: 1_000, maxConcurrency: 121 },
      /work\.batchSize must keep batchSize × maxConcurrency at most 120000, .*, got 121000/,
    ],
  ])("rejects %s", (_, settings, message) => {
    const lines = linesOf(refusalOf({ jobTypes: { work: settings } }));

    expect(lines).toHaveLength(1);
    expect(lines[0]).toMatch(message);
  });

  it.each([0, 1_000_001, 1.5, "10", null])("rejects an accountConcurrency of %j", (accountConcurrency) => {
    expect(linesOf(refusalOf({ accountConcurrency, jobTypes: { work: {} } }))).toEqual([
      expect.stringMatching(/^dev\.accountConcurrency must be a whole number from 1 to 1000000, got .+ \(.+\)$/),
    ]);
  });

  it.each([0, 1_000_001, 9.99, "20", null])("rejects a monthlyBudgetUsd of %j", (monthlyBudgetUsd) => {
    expect(linesOf(refusalOf({ monthlyBudgetUsd, jobTypes: { work: {} } }))).toEqual([
      expect.stringMatching(/^dev\.monthlyBudgetUsd must be a whole number from 1 to 1000000, got .+ \(.+\)$/),
    ]);
  });

  it("accepts a monthlyBudgetUsd, and has none by itself", () => {
    expect(parseStage("dev", { monthlyBudgetUsd: 1, jobTypes: { work: {} } })).toMatchObject({ monthlyBudgetUsd: 1 });
    expect(parseStage("dev", { jobTypes: { work: {} } })).not.toHaveProperty("monthlyBudgetUsd");
  });

  it.each(["me", "me@home", "a b@example.com", "@example.com", "me@example.", "me@@example.com", 7, null])(
    "rejects %j as an alarmEmail",
    (alarmEmail) => {
      expect(linesOf(refusalOf({ alarmEmail, jobTypes: { work: {} } }))).toEqual([
        expect.stringMatching(/^dev\.alarmEmail must be an e-mail address, got .+ \(.+\)$/),
      ]);
    },
  );

  it.each(["me@example.com", "on-call+sluice@mail.example.co.uk"])("accepts %j as an alarmEmail", (alarmEmail) => {
    expect(parseStage("dev", { alarmEmail, jobTypes: { work: {} } })).toMatchObject({ alarmEmail });
  });

  it("rejects alarms that are no choice", () => {
    expect(linesOf(refusalOf({ alarms: "none", jobTypes: { work: {} } }))).toEqual([
      'dev.alarms must be one of "all", "plain", got "none" (`plain` is for emulators)',
    ]);
  });

  it("rejects floors that the account's concurrency cannot hold, in one line for all job types", () => {
    const jobTypes = { first: { minConcurrency: 5 }, second: { minConcurrency: 4 } };

    expect(linesOf(refusalOf({ accountConcurrency: 10, jobTypes }))).toEqual([
      expect.stringMatching(
        /^dev\.accountConcurrency must leave the job types their minConcurrency, 9 together, got "7 of 10"/,
      ),
    ]);
    expect(parseStage("dev", { accountConcurrency: 100, jobTypes }).accountConcurrency).toBe(100);
  });

  it.each([0, 101, 2.5, "10", null])("rejects a redriveLimit of %j", (redriveLimit) => {
    expect(linesOf(refusalOf({ redriveLimit, jobTypes: { work: {} } }))).toEqual([
      expect.stringMatching(/^dev\.redriveLimit must be a whole number from 1 to 100, got .+ \(.+\)$/),
    ]);
  });

  it("accepts any redriveLimit within its range", () => {
    fc.assert(
      fc.property(fc.integer({ min: 1, max: 100 }), (redriveLimit) => {
        expect(parseStage("dev", { redriveLimit, jobTypes: { work: {} } })).toMatchObject({ redriveLimit });
      }),
    );
  });

  it("rejects records that expire before a message may, in one line for all job types", () => {
    const jobTypes = { quick: { retentionDays: 2 }, slow: { retentionDays: 9 }, slower: { retentionDays: 12 } };

    const lines = linesOf(refusalOf({ recordRetentionDays: 3, jobTypes }));

    expect(lines).toEqual([
      "dev.recordRetentionDays must be at least the longest retentionDays of the job types, 12, got 3 " +
        "(raise it, or lower retentionDays: a message that outlives its record can run a finished job again)",
    ]);
  });

  it("counts a job type that says nothing of its retention with the default", () => {
    expect(linesOf(refusalOf({ recordRetentionDays: 3, jobTypes: { work: {} } }))).toEqual([
      expect.stringContaining("dev.recordRetentionDays must be at least the longest retentionDays of the job types, 4"),
    ]);
    expect(parseStage("dev", { recordRetentionDays: 4, jobTypes: { work: {} } }).recordRetentionDays).toBe(4);
  });

  it("accepts records that are kept as long as messages are, and rejects any that are kept shorter", () => {
    const days = fc.integer({ min: 1, max: 13 });
    fc.assert(
      fc.property(days, fc.array(days, { minLength: 1, maxLength: 4 }), (recordRetentionDays, retentions) => {
        const entries = retentions.map((retentionDays, index) => [`work-${index}`, { retentionDays }] as const);
        const parse = () => parseStage("dev", { recordRetentionDays, jobTypes: Object.fromEntries(entries) });

        if (recordRetentionDays >= Math.max(...retentions)) expect(parse().name).toBe("dev");
        else expect(parse).toThrow("dev.recordRetentionDays must be at least");
      }),
    );
  });

  it.each<[unknown, unknown, string]>([
    ["3", 12, "recordRetentionDays must be a whole number"],
    [5, "12", "jobTypes.work.retentionDays must be a whole number"],
  ])("compares no number that is wrong itself: records for %j days, messages for %j", (records, messages, told) => {
    const settings = { recordRetentionDays: records, jobTypes: { work: { retentionDays: messages } } };

    const lines = linesOf(refusalOf(settings));

    expect(lines).toEqual([expect.stringContaining(told)]);
  });

  it.each([[{}], [undefined], [null], ["work"]])("rejects a stage whose job types are %j", (jobTypes) => {
    expect(linesOf(refusalOf({ jobTypes }))).toEqual([
      expect.stringMatching(/^dev\.jobTypes must name at least one job type/),
    ]);
  });

  it("accepts any settings within their ranges, and what it derives AWS can do", () => {
    fc.assert(
      fc.property(jobTypeSettings(), (settings) => {
        const work = workOf(settings);

        expect(work).toMatchObject(settings);
        expect(work?.functionTimeoutSeconds).toBeLessThanOrEqual(900);
        expect(work?.functionTimeoutSeconds).toBeGreaterThan(settings.timeoutSeconds);
        expect(work?.visibilityTimeoutSeconds).toBeGreaterThanOrEqual(6 * (work?.functionTimeoutSeconds ?? 0));
        expect(work?.visibilityTimeoutSeconds).toBeLessThanOrEqual(43_200);
      }),
    );
  });

  it("rejects any value out of its range, by name and with the value", () => {
    fc.assert(
      fc.property(outOfRange(), ([field, value]) => {
        const lines = linesOf(refusalOf({ jobTypes: { work: { [field]: value } } }));

        expect(lines[0]).toContain(`dev.jobTypes.work.${field} must be a whole number from `);
        expect(lines[0]).toContain(`, got ${JSON.stringify(value)} (`);
      }),
    );
  });

  it("rejects with the same error, whatever it is given for a job type's settings", () => {
    const anySettings = fc.record(
      Object.fromEntries(
        [...FIELDS.map(([field]) => field), "provisioned", "environment", "secrets"].map((field) => [
          field,
          fc.anything(),
        ]),
      ),
      { requiredKeys: [] },
    );
    fc.assert(
      fc.property(fc.oneof(anySettings, fc.anything()), (settings) => {
        try {
          parseStage("dev", { jobTypes: { work: settings as JobTypeSettings } });
        } catch (error) {
          expect(error).toMatchObject({ code: "SettingsInvalid" });
        }
      }),
      { examples: [[{ provisioned: null }], [null], [[]]] },
    );
  });
});

/** The numbers of a job type and their ranges. */
const FIELDS = [
  ["timeoutSeconds", 1, 895],
  ["memoryMiB", 128, 10_240],
  ["batchSize", 1, 10_000],
  ["batchWindowSeconds", 0, 300],
  ["parallel", 1, 1_000],
  ["maxConcurrency", 2, 1_000],
  ["minConcurrency", 2, 1_000],
  ["targetWaitSeconds", 1, 43_200],
  ["retentionDays", 1, 13],
] as const;

const outOfRange = () =>
  fc.constantFrom(...FIELDS).chain(([field, min, max]) =>
    fc.tuple(
      fc.constant(field),
      fc.oneof(
        fc.integer({ max: min - 1 }),
        fc.integer({ min: max + 1 }),
        fc.integer({ min, max: max - 1 }).map((value) => value + 0.5),
        fc.integer({ min, max }).map(String),
        fc.constantFrom(null, true, []),
      ),
    ),
  );

/** Settings that keep every rule, those between settings too. */
const jobTypeSettings = () =>
  fc
    .record({ timeoutSeconds: fc.integer({ min: 1, max: 895 }), parallel: fc.integer({ min: 1, max: 1_000 }) })
    .chain(({ timeoutSeconds, parallel }) =>
      fc.record({
        timeoutSeconds: fc.constant(timeoutSeconds),
        parallel: fc.constant(parallel),
        batchSize: fc.integer({ min: 1, max: Math.min(10_000, Math.floor(895 / timeoutSeconds) * parallel) }),
        memoryMiB: fc.integer({ min: 128, max: 10_240 }),
        retentionDays: fc.integer({ min: 1, max: 13 }),
        targetWaitSeconds: fc.integer({ min: 1, max: 43_200 }),
        batchWindowSeconds: fc.integer({ min: 1, max: 300 }),
      }),
    )
    .chain((settings) => {
      const mostConcurrency = Math.min(1_000, Math.floor(120_000 / settings.batchSize));
      const bounds = fc.oneof(
        fc.constant({}),
        fc.integer({ min: 2, max: mostConcurrency }).map((maxConcurrency) => ({ maxConcurrency })),
        fc
          .tuple(fc.integer({ min: 2, max: 200 }), fc.integer({ min: 200, max: 2_000 }))
          .map(([min, max]) => ({ provisioned: { min, max } })),
      );
      return bounds.map((bound) => ({ ...settings, ...bound }));
    });

describe("names that would clash", () => {
  const messageOf = (name: string, jobTypes: StageSettings["jobTypes"]): string => {
    try {
      parseStage(name, { jobTypes });
      return "accepted";
    } catch (error) {
      return error instanceof Error ? error.message : String(error);
    }
  };

  it.each([
    ["TABLE_NAME", "a variable of the template"],
    ["AWS_REGION", "a variable of Lambda"],
    ["NODE_OPTIONS", "a variable of Node itself"],
  ])("rejects %s in environment and in secrets: %s", (variable) => {
    const expectation = `dev.jobTypes.a.environment must leave out the variables that the template and Lambda set, got "${variable}"`;

    expect(messageOf("dev", { a: { environment: { [variable]: "x" } } })).toContain(expectation);
    expect(messageOf("dev", { a: { secrets: [variable] } })).toContain(expectation);
  });

  it.each([[{ secrets: ["KEY", "KEY"] }], [{ secrets: ["KEY"], environment: { KEY: "x" } }]])(
    "rejects a variable that is named twice: %j",
    (settings) => {
      expect(messageOf("dev", { a: settings })).toContain("dev.jobTypes.a.secrets must name each variable once");
    },
  );

  it("rejects job types that differ by hyphens only", () => {
    expect(messageOf("dev", { "a-1": {}, a1: {} })).toContain("dev.jobTypes.a1 must differ from the other job types");
  });

  it.each(["", "my stage", "1st", "-", "x".repeat(41)])("rejects %j as the name of a stage", (name) => {
    expect(messageOf(name, { a: {} })).toContain("stage must be named with letters, digits and hyphens");
  });
});
