import { execFile } from "node:child_process";
import { promisify } from "node:util";
import { CloudWatchClient, paginateDescribeAlarms } from "@aws-sdk/client-cloudwatch";
import { InvokeCommand, LambdaClient } from "@aws-sdk/client-lambda";
import { API_VARIABLES } from "../../lib/core/environment.ts";
import { type LocalEvent, type LocalOptions, type LocalRun, startLocal } from "../../lib/local/server.ts";
import { clientOptions } from "./client-options.ts";
import { until } from "./until.ts";

export type AlarmState = "ALARM" | "OK";

export type SeenAlarm = { readonly state: string; readonly description: string };

/** A run whose time goes by the minute as a test says, and what it is asked from outside. */
export type AlarmRun = {
  readonly run: LocalRun;
  readonly events: readonly LocalEvent[];
  readonly get: (path: string) => Promise<Response>;
  readonly post: (path: string, body?: unknown) => Promise<Response>;
  /** Passes to the same second of the next minute, or of a later one. */
  readonly land: (minutes?: number) => Promise<void>;
  /** As {@link AlarmRun.land}, and waits until the scaler's run then is over, or looks on. */
  readonly minute: (minutes?: number) => Promise<void>;
  /** Asks CloudWatch for all alarms: by `<type>/<id>`, or by id for those of the stage. */
  readonly alarms: () => Promise<ReadonlyMap<string, SeenAlarm>>;
  /** Those that are in ALARM, in alphabetical order. */
  readonly alarming: () => Promise<readonly string[]>;
  /** Passes minutes until alarms have a state, and makes sure that CloudWatch says so. @throws after the most */
  readonly minutesUntil: (ids: readonly string[], state: AlarmState, most: number, options?: Steps) => Promise<void>;
  /** Runs the command that an alarm's description ends with, in a shell. @returns what the API answered to it */
  readonly runNext: (id: string) => Promise<Record<string, unknown>>;
  /** Starts the scaler out of turn, and waits until its run is over. */
  readonly runScaler: () => Promise<void>;
  /** How often a topic was told. */
  readonly pages: () => number;
  /** Resolves when there is such an event, from now on. */
  readonly heard: (isMeant: (event: LocalEvent) => boolean) => Promise<void>;
  readonly stop: () => Promise<void>;
};

/** How minutes pass until something: so many at once, and with something done in each. */
export type Steps = { readonly step?: number; readonly each?: () => unknown };

const MINUTE_MS = 60_000;
/** A run of the scaler that takes so long waits for its next look. */
const LOOKS_ON_MS = 1_000;

/** Starts a run of an assembly that a test wrote. @param types the stage's job types */
export const alarmRun = async (
  assemblyFolder: string,
  types: readonly string[],
  options: Pick<LocalOptions, "accountConcurrency" | "faults"> = {},
): Promise<AlarmRun> => {
  const events: LocalEvent[] = [];
  const run = await startLocal({
    accountConcurrency: 40,
    ...options,
    assemblyFolder,
    port: 0,
    awsPort: 0,
    isTimeMovable: true,
    environment: { [API_VARIABLES.metricsPeriodSeconds]: "1" },
    onEvent: (event) => events.push(event),
  });
  // Half a minute after the schedule's own second: so it fires at each landing, at once.
  let landedMs = Date.now() + MINUTE_MS / 2;
  let passedMs = 0;
  const cloudWatch = new CloudWatchClient(clientOptions(run.awsUrl));

  const heard: AlarmRun["heard"] = async (isMeant) => {
    const before = events.length;
    await until(() => events.slice(before).some(isMeant));
  };

  const land = async (minutes = 1): Promise<void> => {
    landedMs += minutes * MINUTE_MS;
    const ms = landedMs - Date.now() - passedMs;
    passedMs += ms;
    await run.passTime(ms);
  };

  const minute = async (minutes = 1): Promise<void> => {
    const before = events.length;
    await land(minutes);
    await until(() => isScalerDone(events.slice(before)), LOOKS_ON_MS);
  };

  const alarms = async (): Promise<ReadonlyMap<string, SeenAlarm>> => {
    const seen = new Map<string, SeenAlarm>();
    const wanted = { AlarmTypes: ["MetricAlarm" as const, "CompositeAlarm" as const] };
    for await (const page of paginateDescribeAlarms({ client: cloudWatch, pageSize: 100 }, wanted)) {
      const { MetricAlarms = [], CompositeAlarms = [] } = page;
      for (const { AlarmName = "", StateValue = "", AlarmDescription = "" } of [...MetricAlarms, ...CompositeAlarms]) {
        seen.set(idOf(AlarmName, types), { state: StateValue, description: AlarmDescription });
      }
    }
    return seen;
  };

  /** What the run's events say of alarms. */
  const told = (): ReadonlyMap<string, { readonly state: string }> =>
    new Map(
      events.flatMap((event) =>
        event.kind === "alarm-changed" ? [[idOf(event.name, types), { state: event.to }] as const] : [],
      ),
    );

  return {
    run,
    events,
    heard,
    land,
    minute,
    alarms,
    get: (path) => fetch(`${run.apiUrl}${path}`),
    post: (path, body) => {
      const json = { headers: { "content-type": "application/json" }, body: JSON.stringify(body) };
      return fetch(`${run.apiUrl}${path}`, { method: "POST", ...(body === undefined ? {} : json) });
    },
    alarming: async () => [...(await alarms())].flatMap(([id, { state }]) => (state === "ALARM" ? [id] : [])).sort(),
    minutesUntil: async (ids, state, most, { step = 1, each = () => undefined } = {}) => {
      const others = (seen: ReadonlyMap<string, { readonly state: string }>): readonly string[] =>
        ids.filter((id) => seen.get(id)?.state !== state);
      for (let minutes = 0; others(told()).length > 0; minutes += step) {
        if (minutes >= most) throw new Error(`${others(told())} must be ${state} within ${most} minutes`);
        await each();
        await minute(step);
      }
      const unlike = others(await alarms());
      if (unlike.length > 0) throw new Error(`${unlike} must be ${state} by DescribeAlarms, as by the run's events`);
    },
    runNext: async (id) => {
      const { description = "" } = (await alarms()).get(id) ?? {};
      return JSON.parse(await shell(nextOf(description, run.apiUrl)));
    },
    runScaler: async () => {
      const lambda = new LambdaClient(clientOptions(run.awsUrl));
      await lambda.send(new InvokeCommand({ FunctionName: scalerOf(await alarms()) }));
      lambda.destroy();
    },
    pages: () => events.filter(({ kind }) => kind === "notification-published").length,
    stop: async () => {
      cloudWatch.destroy();
      await run.stop({ drainMs: 0 });
    },
  };
};

/** Whether the scaler's first run of these is over, or could not begin. */
const isScalerDone = (events: readonly LocalEvent[]): boolean => {
  const own = events.filter((event) => "functionName" in event && event.functionName.includes("Scaler"));
  const started = own.find((event) => event.kind === "invocation-started");
  if (started === undefined) return own.some(({ kind }) => kind === "invocation-throttled");
  return own.some((event) => event.kind === "invocation-ended" && event.requestId === started.requestId);
};

/** Alarms have the names that CloudFormation gives: made of their logical ids. */
const NAME = /Alarms([a-z]*)([A-Z]\w*?)[0-9A-F]{8}-/;

const idOf = (name: string, types: readonly string[]): string => {
  const [, prefix = "", id = ""] = NAME.exec(name) ?? [];
  const type = types.find((one) => one.replaceAll("-", "") === prefix);
  const own = id.replaceAll(/(?<!^)[A-Z]/g, (letter) => `-${letter}`).toLowerCase();
  return type === undefined ? own : `${type}/${own}`;
};

/** The function that the alarm of a stopped scaler names in its command. */
const scalerOf = (alarms: ReadonlyMap<string, SeenAlarm>): string | undefined =>
  /lambda invoke --function-name (\S+)/.exec(alarms.get("scaler-stopped")?.description ?? "")?.[1];

/** The command, with the address that this run has. */
const nextOf = (description: string, apiUrl: string): string => {
  const [, command = ""] = description.split(" Next: ");
  return command.replace(/https?:\/\/[^/']+/, apiUrl);
};

const shell = async (command: string): Promise<string> => {
  const keys = "AWS_ACCESS_KEY_ID=any AWS_SECRET_ACCESS_KEY=any AWS_SESSION_TOKEN=any";
  const { stdout } = await promisify(execFile)("sh", ["-c", `export ${keys}; ${command}`]);
  return stdout;
};
