import { guardAccess } from "./access-guards.ts";
import { SluiceError } from "./errors.ts";
import { findingsAt, sayBreach } from "./guard.ts";
import { JOB_TYPE_MAX_LENGTH, JOB_TYPE_PATTERN } from "./job-type.ts";
import { type Breach, checkFields, type FieldRules } from "./rules.ts";
import { guardJobType, guardStage } from "./settings-guards.ts";
import { JOB_TYPE_RULES, SETTLE_SECONDS, STAGE_RULES } from "./settings-rules.ts";

/** What a stage says about one job type, in `bin/stages.ts`. All of it may be left out. */
export type JobTypeSettings = {
  /** The longest one attempt may run, in seconds: 1–895. @default 30 */
  readonly timeoutSeconds?: number;
  /** The worker's memory, and with it its share of CPU, in MiB: 128–10,240. @default 256 */
  readonly memoryMiB?: number;
  /** The most messages that one invocation gets: 1–10,000; over 10 needs a window. @default 10 */
  readonly batchSize?: number;
  /** How long the event source mapping gathers a batch, in seconds: 0–300. @default 0: a batch goes as soon as it is received */
  readonly batchWindowSeconds?: number;
  /** Jobs that one invocation runs at once: 1–1,000. @default 5 */
  readonly parallel?: number;
  /** The most invocations at once: 2–1,000. @default the mapping is bounded by AWS (1,250) and the account alone */
  readonly maxConcurrency?: number;
  /** Invocations at once that a shortage of the account's concurrency leaves it at least: 2–1,000. @default 2 */
  readonly minConcurrency?: number;
  /** How long a job should wait at most, in seconds: 1–43,200. Alarms and paid pollers go by it. @default 60 */
  readonly targetWaitSeconds?: number;
  /** Paid pollers that ramp faster; they exclude `maxConcurrency`. @default none */
  readonly provisioned?: { readonly min: number; readonly max: number };
  /** How long a job may wait in the queue before SQS drops it, in days: 1–13. @default 4 */
  readonly retentionDays?: number;
  /** Variables of the worker's environment, as `job.environment` shows them. @default none */
  readonly environment?: Readonly<Record<string, string>>;
  /** Variables of the worker's environment whose values are generated once and kept in Secrets Manager. @default none */
  readonly secrets?: readonly string[];
};

/** One deployment: what a user edits, in `bin/stages.ts`. */
export type StageSettings = {
  /**
   * Who may call the API: `iam` takes signed requests only, `jwt` tokens of an issuer, `apiKey` a key of a REST API, and
   * `public` everybody. @default "iam"
   */
  readonly auth?: "iam" | "jwt" | "apiKey" | "public";
  /** Whose tokens are taken; with `auth: "jwt"` alone, and needed then. @default none */
  readonly jwt?: {
    /** The `iss` of the tokens: an https URL under which `/.well-known/openid-configuration` leads to their keys. */
    readonly issuer: string;
    /** A token's `aud`, or its `client_id`, is one of these. */
    readonly audience: readonly string[];
  };
  /** What stands before the api function: an HTTP API, or a REST API, which costs more and can more. @default "http" */
  readonly front?: "http" | "rest";
  /** Requests a day that the API key lets through; with `auth: "apiKey"` alone: 1–1,000,000,000. @default 1,000,000 */
  readonly dailyQuota?: number;
  /** Keeps the data stack from being deleted by accident. @default false */
  readonly isProtected?: boolean;
  /** How long logs are kept, in days; one of the periods that CloudWatch Logs knows. @default 30 */
  readonly logRetentionDays?: number;
  /** How long the record of a finished job is kept, in days: 1–3,650, and no shorter than any job may wait. @default 30 */
  readonly recordRetentionDays?: number;
  /** How often one dead job may be redriven before the API refuses: 1–100. @default 10 */
  readonly redriveLimit?: number;
  /** What the API lets through, in requests a second and at once. @default 100 a second, 200 at once */
  readonly throttle?: { readonly ratePerSecond: number; readonly burst: number };
  /** The account's Lambda concurrency, where synth is to check the job types against it: 10 in many new accounts. @default unknown */
  readonly accountConcurrency?: number;
  /** Who gets the alarms by e-mail, once they have confirmed it. @default nobody: subscribe to the topic yourself */
  readonly alarmEmail?: string;
  /** What the account may cost a month, in US dollars, before the alarms' topic hears of it: 1–1,000,000. @default no budget is watched */
  readonly monthlyBudgetUsd?: number;
  /** Which alarms there are: `plain` leaves out those that need metric math or are made of others, which emulators refuse. @default "all" */
  readonly alarms?: "all" | "plain";
  /** The job types, by name: each is a file `<name>.ts` in the jobs folder. */
  readonly jobTypes: Readonly<Record<string, JobTypeSettings>>;
};

type Complete<Settings, Optional extends keyof Settings> = Required<Omit<Settings, Optional>> &
  Pick<Settings, Optional>;

/** A job type's settings with every default filled in, and what follows from them. */
export type ParsedJobType = Complete<JobTypeSettings, "maxConcurrency" | "provisioned"> & {
  /** `ceil(batchSize / parallel) × timeoutSeconds + 5`: the time that a full batch of slowest jobs takes, and to settle. */
  readonly functionTimeoutSeconds: number;
  /** `6 × functionTimeoutSeconds + batchWindowSeconds`. @see https://docs.aws.amazon.com/lambda/latest/dg/services-sqs-configure.html */
  readonly visibilityTimeoutSeconds: number;
};

/** A stage's settings with every default filled in. */
export type ParsedStage = Complete<
  Omit<StageSettings, "jobTypes">,
  "accountConcurrency" | "alarmEmail" | "jwt" | "monthlyBudgetUsd"
> & {
  readonly name: string;
  readonly jobTypes: Readonly<Record<string, ParsedJobType>>;
};

const JOB_TYPE_DEFAULTS = {
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
} as const;

const STAGE_DEFAULTS = {
  auth: "iam",
  front: "http",
  dailyQuota: 1_000_000,
  isProtected: false,
  logRetentionDays: 30,
  recordRetentionDays: 30,
  redriveLimit: 10,
  alarms: "all",
  throttle: { ratePerSecond: 100, burst: 200 },
} as const;

/** What becomes part of a stack's name. @see https://docs.aws.amazon.com/AWSCloudFormation/latest/APIReference/API_CreateStack.html */
const STAGE_NAME = /^[A-Za-z][A-Za-z0-9-]{0,39}$/;

/** How messages name a stage's settings: in the words of the file that holds them. */
export type SettingsPlace = {
  /** What a setting's path begins with. */
  readonly path: string;
  /** What the settings are of. */
  readonly title: string;
  readonly hint: string;
};

const stagePlace = (name: string): SettingsPlace => ({
  path: name,
  title: `stage ${name}`,
  hint: "edit bin/stages.ts",
});

/**
 * Checks a stage's settings and fills in the defaults.
 *
 * @param place @default that of a stage of `bin/stages.ts`
 * @throws SettingsInvalid naming every breach at once: path, value, range and remedy.
 */
export const parseStage = (name: string, settings: StageSettings, place = stagePlace(name)): ParsedStage => {
  const { jobTypes, ...stage } = settings;
  const { path } = place;
  const breaches: Breach[] = [
    ...checkStageName(name),
    ...checkFields(path, stage, STAGE_RULES),
    ...checkJobTypes(`${path}.jobTypes`, jobTypes),
    ...checkRecordRetention(path, soundPartOf<StageSettings>(stage, STAGE_RULES), jobTypes),
    ...checkAccess(path, stage),
    ...checkConcurrency(path, soundPartOf<StageSettings>(stage, STAGE_RULES), jobTypes),
  ];
  if (breaches.length > 0) throw invalid(place, breaches);
  const parsed = Object.entries(jobTypes).map(([type, given]) => [type, complete(given)] as const);
  return { name, ...STAGE_DEFAULTS, ...withoutUndefined(stage), jobTypes: Object.fromEntries(parsed) };
};

const checkStageName = (name: string): Breach[] =>
  STAGE_NAME.test(name)
    ? []
    : [
        {
          path: "stage",
          expectation: "be named with letters, digits and hyphens, a letter first, at most 40 of them",
          got: name,
          remedy: "rename the stage: it becomes part of its stacks' names",
        },
      ];

const checkJobTypes = (path: string, jobTypes: unknown): Breach[] => {
  const isRecord = typeof jobTypes === "object" && jobTypes !== null;
  if (!isRecord || Object.keys(jobTypes).length === 0) {
    return [
      {
        path,
        expectation: "name at least one job type",
        got: jobTypes,
        remedy: 'add one, for example `"profile-csv": {}`',
      },
    ];
  }
  return Object.entries(jobTypes)
    .flatMap(([type, given]) => [
      ...checkTypeName(path, type),
      ...checkFields(`${path}.${type}`, given, JOB_TYPE_RULES),
      ...findingsAt("refuse", guardJobType(`${path}.${type}`, complete(soundPartOf(given, JOB_TYPE_RULES)))),
    ])
    .concat(checkCollisions(path, Object.keys(jobTypes)));
};

/** CloudFormation's ids know letters and digits only: `a-1` and `a1` would be one. */
const checkCollisions = (path: string, types: readonly string[]): Breach[] => {
  const plain = (type: string): string => type.replaceAll("-", "").toLowerCase();
  return types
    .filter((type, index) => types.findIndex((other) => plain(other) === plain(type)) !== index)
    .map((type) => ({
      path: `${path}.${type}`,
      expectation: "differ from the other job types by more than hyphens",
      got: type,
      remedy: "rename one of them",
    }));
};

/** A record tells that its job is finished: it must be there for as long as SQS may deliver the job's message again. */
const checkRecordRetention = (path: string, stage: Partial<StageSettings>, jobTypes: unknown): Breach[] => {
  const { recordRetentionDays } = { ...STAGE_DEFAULTS, ...withoutUndefined(stage) };
  const longest = Math.max(...Object.values(soundJobTypes(jobTypes)).map(({ retentionDays }) => retentionDays));
  if (recordRetentionDays >= longest) return [];
  return [
    {
      path: `${path}.recordRetentionDays`,
      expectation: `be at least the longest retentionDays of the job types, ${longest}`,
      got: recordRetentionDays,
      remedy: "raise it, or lower retentionDays: a message that outlives its record can run a finished job again",
    },
  ];
};

/** Looks at what was given, sound or not: a value that is named already breaks none of these rules besides. */
const checkAccess = (path: string, given: Partial<StageSettings>): readonly Breach[] => {
  const { auth, front } = STAGE_DEFAULTS;
  return findingsAt("refuse", guardAccess(path, { auth, front, ...withoutUndefined(given) }));
};

const checkConcurrency = (
  path: string,
  { accountConcurrency }: Partial<StageSettings>,
  jobTypes: unknown,
): readonly Breach[] =>
  findingsAt("refuse", guardStage(path, { accountConcurrency, jobTypes: soundJobTypes(jobTypes) }));

const soundJobTypes = (jobTypes: unknown): Readonly<Record<string, ParsedJobType>> =>
  Object.fromEntries(
    Object.entries(jobTypes ?? {}).map(([type, given]) => [type, complete(soundPartOf(given, JOB_TYPE_RULES))]),
  );

const checkTypeName = (path: string, type: string): Breach[] =>
  JOB_TYPE_PATTERN.test(type) && type.length <= JOB_TYPE_MAX_LENGTH
    ? []
    : [
        {
          path,
          expectation: `have names in kebab-case of at most ${JOB_TYPE_MAX_LENGTH} characters`,
          got: type,
          remedy: "rename the job type and its file",
        },
      ];

/** The settings that are right by themselves; the others are named already, and could not be judged together. */
const soundPartOf = <Settings = JobTypeSettings>(given: unknown, rules: FieldRules): Partial<Settings> => {
  if (typeof given !== "object" || given === null) return {};
  const sound = Object.entries(given).filter((entry) => {
    return checkFields("", Object.fromEntries([entry]), rules).length === 0;
  });
  return Object.fromEntries(sound) as Partial<Settings>;
};

const complete = (given: JobTypeSettings): ParsedJobType => {
  const settings = { ...JOB_TYPE_DEFAULTS, ...withoutUndefined(given) };
  const rounds = Math.ceil(settings.batchSize / settings.parallel);
  const functionTimeoutSeconds = rounds * settings.timeoutSeconds + SETTLE_SECONDS;
  const visibilityTimeoutSeconds = 6 * functionTimeoutSeconds + settings.batchWindowSeconds;
  return { ...settings, functionTimeoutSeconds, visibilityTimeoutSeconds };
};

const withoutUndefined = <T extends object>(value: T): T =>
  Object.fromEntries(Object.entries(value).filter(([, field]) => field !== undefined)) as T;

const invalid = ({ title, hint }: SettingsPlace, breaches: readonly Breach[]): SluiceError => {
  const lines = breaches.map(sayBreach);
  const count = lines.length === 1 ? "1 setting is" : `${lines.length} settings are`;
  return new SluiceError("SettingsInvalid", `${count} wrong in ${title}:\n  ${lines.join("\n  ")}`, {
    hint,
  });
};
