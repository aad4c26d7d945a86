import { mkdtempSync } from "node:fs";
import { cp, mkdtemp, readdir, readFile, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import type { AlarmRun } from "./alarm-run.ts";
import type { GatedReceiver } from "./gated-receiver.ts";
import { synthesizeTo } from "./synthesize.ts";
import { until } from "./until.ts";

export const HOOK = "deliver-webhook";
export const CSV = "profile-csv";
export const TYPES = [HOOK, CSV] as const;
export type AlarmedJobType = (typeof TYPES)[number];

/** Two invocations at once: a receiver that holds both holds the queue. */
const JOB_TYPE = {
  batchSize: 5,
  parallel: 5,
  maxConcurrency: 2,
  retentionDays: 1,
  environment: { ALLOW_PRIVATE_ADDRESSES: "true" },
};

/** Writes a stage with the two shipped job types to a folder of its own. */
export const synthesizeAlarmedStage = (): string => {
  const assemblyFolder = mkdtempSync(join(tmpdir(), "sluice-alarms-"));
  const jobTypes = { [HOOK]: { ...JOB_TYPE, secrets: ["WEBHOOK_SIGNING_SECRET"] }, [CSV]: JOB_TYPE };
  synthesizeTo(assemblyFolder, { name: "test", settings: { jobTypes } });
  return assemblyFolder;
};

/** Copies an assembly, with other properties of a resource in the pipeline's template. @param part of its logical id */
export const copyOf = async (assemblyFolder: string, part: string, properties: object): Promise<string> => {
  const folder = await mkdtemp(join(tmpdir(), "sluice-alarms-"));
  await cp(assemblyFolder, folder, { recursive: true });
  const names = (await readdir(folder, { recursive: true })).filter((name) => name.endsWith(".template.json"));
  for (const name of names) {
    const file = join(folder, name);
    const template = JSON.parse(await readFile(file, "utf8")) as { Resources: Record<string, { Properties: object }> };
    for (const [id, resource] of Object.entries(template.Resources)) {
      if (id.includes(part)) Object.assign(resource.Properties, properties);
    }
    await writeFile(file, JSON.stringify(template));
  }
  return folder;
};

export type QueueView = {
  readonly type: string;
  readonly state: string;
  readonly visible: number;
  readonly inFlight: number;
};

/** What a test does with the stage's jobs and queues, by its API. */
export type AlarmedJobs = {
  /** Submits jobs that call the receiver, again until the API has room for the request. @returns their ids */
  readonly submit: (type: AlarmedJobType, count?: number, url?: string) => Promise<readonly string[]>;
  /** Resolves when jobs have a status. */
  readonly jobsOnce: (ids: readonly string[], status: string) => Promise<void>;
  readonly queue: (type: AlarmedJobType) => Promise<QueueView | undefined>;
  /** Resolves when a queue is empty. */
  readonly drained: (type: AlarmedJobType) => Promise<void>;
  readonly queueUrl: (type: AlarmedJobType) => string;
  /** Tells whether a queue stands so, as the API says it. */
  readonly isIn: (type: AlarmedJobType, state: string) => () => Promise<boolean>;
  /** Invocations that run for a queue. */
  readonly running: (type: AlarmedJobType) => number;
  /** Pauses a queue by hand; resolves when no job starts any more, a minute later. */
  readonly pause: (type: AlarmedJobType) => Promise<void>;
};

export const alarmedJobs = ({ run, get, post, minute }: AlarmRun, receiver: GatedReceiver): AlarmedJobs => {
  const mappingOf = (type: AlarmedJobType) =>
    run.observe().find(({ functionName }) => functionName.includes(wordOf(type)));
  const isIn = (type: AlarmedJobType, state: string) => async (): Promise<boolean> =>
    (await queue(type))?.state === state;
  const queue: AlarmedJobs["queue"] = async (type) => {
    const { queues } = (await (await get("/queues")).json()) as { readonly queues?: readonly QueueView[] };
    // An API without room answers 503, and is asked again.
    return queues?.find((one) => one.type === type);
  };
  return {
    queue,
    submit: async (type, count = 1, url = receiver.url) => {
      const input = type === HOOK ? { url, event: "paid", data: 1 } : { url };
      const jobs = Array.from({ length: count }, () => ({ input }));
      for (;;) {
        const response = await post(`/jobs/${type}/batch`, { jobs });
        const { accepted } = (await response.json()) as { readonly accepted?: readonly { readonly id: string }[] };
        if (accepted !== undefined) return accepted.map(({ id }) => id);
      }
    },
    jobsOnce: async (ids, status) => {
      for (const id of ids) {
        await until(async () => ((await (await get(`/jobs/${id}`)).json()) as { status?: string }).status === status);
      }
    },
    drained: async (type) => {
      await until(async () => {
        const { visible, inFlight } = (await queue(type)) ?? {};
        return visible === 0 && inFlight === 0;
      });
    },
    queueUrl: (type) => {
      return `${run.awsUrl}/000000000000/${mappingOf(type)?.queueName}`;
    },
    isIn,
    running: (type) => mappingOf(type)?.running ?? 0,
    pause: async (type) => {
      await post(`/queues/${type}/pause`);
      await until(isIn(type, "paused"));
      await minute();
    },
  };
};

/** The alarm that notifies. */
export const PAGE = "page-composite";

/** Alarms of a job type, as {@link AlarmRun} names them. */
export const of = (type: AlarmedJobType, ...ids: readonly string[]): readonly string[] =>
  ids.map((id) => `${type}/${id}`);

/** A job type as it stands in the names of its functions. */
export const wordOf = (type: AlarmedJobType): string => type.replaceAll("-", "");
