import { resolve } from "node:path";
import { SluiceError } from "../core/errors.ts";
import { readAssembly, type Stack } from "./assembly.ts";
import { systemClock } from "./clock.ts";
import { secretsFileOf } from "./data/data-folder.ts";
import { forgetSecrets, keepSecrets, type SecretKeeper } from "./data/secret-file.ts";
import { deploy } from "./deployment.ts";
import { type Difference, groupDifferences } from "./differences.ts";
import type { LocalEvent, LocalEventBody, LocalLog } from "./events.ts";
import type { FaultPlan } from "./faults/fault-plan.ts";
import { RunFaults } from "./faults/run-faults.ts";
import { type HttpPort, openHttpPort } from "./http-port.ts";
import { defaultAccountConcurrency } from "./lambda/account-concurrency.ts";
import { MovableClock } from "./movable-clock.ts";
import { checkOverrides, withOverrides } from "./overrides.ts";
import { apiKeysOf, emptyRestWorld } from "./rest-world.ts";
import type { MappingObservation } from "./running-mapping.ts";
import { startRuntime } from "./runtime.ts";
import { checkTemplates } from "./template-check.ts";
import { callAws } from "./wire/call-aws.ts";
import { createBucket } from "./wire/create-bucket.ts";
import type { FoundData } from "./wire/messages.ts";
import { type Store, startStore } from "./wire/store.ts";
import type { FunctionSettings, World } from "./world.ts";

export type { Difference } from "./differences.ts";
export type { LocalEvent, LocalLog } from "./events.ts";
export type { FaultPlan } from "./faults/fault-plan.ts";
export { defaultAccountConcurrency } from "./lambda/account-concurrency.ts";
export type { MappingObservation } from "./running-mapping.ts";

export type LocalOptions = {
  /** A synthesized app: a `cdk.out`. */
  readonly assemblyFolder: string;
  /** Which of its stacks, with those that they depend on. @default all */
  readonly stacks?: readonly string[] | undefined;
  /** Where the HTTP API answers; 0 takes any free port. */
  readonly port: number;
  /** Where AWS's services answer; 0 takes any free port. */
  readonly awsPort: number;
  /** Invocations of all functions together that may run at once. @default as many as this machine is taken to carry: {@link defaultAccountConcurrency} */
  readonly accountConcurrency?: number;
  /** How long a changed event source mapping takes until the change is in effect, in milliseconds. @default 10,000, ours: AWS publishes none */
  readonly mappingUpdateMs?: number;
  /** Where queues, tables, objects and secrets are kept, also when this process is killed. @default in memory, until the run stops */
  readonly dataFolder?: string;
  /** Values for variables that functions declare, in place of the template's. @default none */
  readonly environment?: Readonly<Record<string, string>>;
  /** Takes each line that a function prints. @default they are dropped */
  readonly onLog?: (line: LocalLog) => void;
  /** Takes what happens. @default nobody listens */
  readonly onEvent?: (event: LocalEvent) => void;
  /** What goes wrong on purpose; each time there is an event. @default nothing */
  readonly faults?: FaultPlan;
  /** Whether {@link LocalRun.passTime} may be called. @default false */
  readonly isTimeMovable?: boolean;
};

/** An app that runs on this machine. */
export type LocalRun = {
  readonly apiUrl: string;
  readonly awsUrl: string;
  /** What works otherwise than on AWS. */
  readonly differences: readonly Difference[];
  /** Where data is kept, and how much of it an earlier run left; none of a run in memory. */
  readonly data: { readonly folder: string; readonly found: FoundData } | undefined;
  /** The stacks' outputs, by `<stack>.<output>`. */
  readonly outputs: Readonly<Record<string, string>>;
  /** What the header `x-api-key` may say; empty where the API asks for no key. */
  readonly apiKeys: readonly string[];
  observe(): readonly MappingObservation[];
  /** Returns the environment variables that the template gives to a function. @throws FunctionUnknown */
  variablesOf(logicalIdOrName: string): Readonly<Record<string, string>>;
  /** From now on nothing goes wrong on purpose. */
  endFaults(): void;
  /**
   * Passes over a time, in which nothing happens: what is due at its end happens then, once.
   *
   * Dates go by it: those of metrics and alarms, schedules, messages in queues, events that wait, changes of mappings,
   * and `Date` in functions. Durations do not: time-outs, timers in functions and the pace of mappings are this machine's.
   * Alarms have looked at all metrics up to then when it resolves.
   *
   * @throws TimeFixed in a run that was not started with `isTimeMovable`
   */
  passTime(ms: number): Promise<void>;
  /** Ends the run; invocations underway get `drainMs` to end. @default drainMs 10,000 */
  stop(options?: { readonly drainMs?: number }): Promise<void>;
};

const DRAIN_MS = 10_000;
/** Ours: AWS publishes no number, and we know of no measurement. */
const MAPPING_UPDATE_MS = 10_000;

/**
 * Runs a synthesized app on this machine, reachable from this machine alone.
 *
 * Nothing is left running after an error.
 *
 * @throws AssemblyInvalid, StackUnknown, TemplateUnsupported, TemplateInvalid, VariableUnknown, PortInUse, DataFolderInUse,
 * DataFolderInvalid, DataFolderDamaged, TableDiffers or ResourceFailed
 */
export const startLocal = async (options: LocalOptions): Promise<LocalRun> => {
  const stacks = await readAssembly(options.assemblyFolder, options.stacks);
  const differences = groupDifferences(checkTemplates(stacks));
  checkOverrides(stacks, options.environment ?? {});
  const movable = options.isTimeMovable === true ? new MovableClock() : undefined;
  const { nowMs } = movable === undefined ? systemClock : { nowMs: () => movable.nowMs() };
  const onEvent = (event: LocalEventBody): void => options.onEvent?.({ ...event, atMs: nowMs() });

  const http = await openHttpPort(options.port);
  let store: Store | undefined;
  try {
    const onFault = (name: string, where: string): void => onEvent({ kind: "fault-injected", name, where });
    const faults = options.faults === undefined ? undefined : new RunFaults(options.faults, onFault);
    const onFailure = ({ message }: Error): void => onEvent({ kind: "store-failed", message });
    const dataFolder = options.dataFolder === undefined ? undefined : resolve(options.dataFolder);
    store = await startStore(options.awsPort, onFailure, faults, dataFolder, movable?.passed);
    const { found } = store;
    const data = dataFolder === undefined || found === undefined ? undefined : { folder: dataFolder, found };
    return { ...(await run(options, stacks, { http, store, faults, movable, onEvent })), differences, data };
  } catch (error) {
    await Promise.all([http.close(), store?.stop()]);
    throw error;
  }
};

type Parts = {
  readonly http: HttpPort;
  readonly store: Store;
  readonly faults: RunFaults | undefined;
  readonly movable: MovableClock | undefined;
  readonly onEvent: (event: LocalEventBody) => void;
};

const run = async (
  options: LocalOptions,
  stacks: readonly Stack[],
  { http, store, faults, movable, onEvent }: Parts,
): Promise<Omit<LocalRun, "differences" | "data">> => {
  const keepSecret = options.dataFolder === undefined ? forgetSecrets : keepSecrets(secretsFileOf(options.dataFolder));
  const world = emptyWorld(stacks, http, store, keepSecret);
  const outputs = await deploy(stacks, world);
  const functions = [...world.functions.values()].map((one) => withOverrides(one, options.environment ?? {}));
  const runtime = startRuntime({
    world,
    functions,
    store,
    http,
    accountConcurrency: options.accountConcurrency ?? defaultAccountConcurrency(),
    mappingUpdateMs: options.mappingUpdateMs ?? MAPPING_UPDATE_MS,
    clock: systemClock,
    calendar: movable ?? systemClock,
    passed: movable?.passed,
    onLog: options.onLog ?? (() => undefined),
    onEvent,
    faults,
  });
  const stop = async (drainMs: number): Promise<void> => {
    await runtime.drain(drainMs);
    await Promise.all([runtime.stop(), http.close()]);
    await store.stop();
  };
  let stopped: Promise<void> | undefined;
  return {
    apiUrl: http.url,
    awsUrl: store.url,
    outputs,
    apiKeys: apiKeysOf(world.rest),
    observe: runtime.observe,
    variablesOf: (logicalIdOrName) => variablesOf(functions, logicalIdOrName),
    endFaults: () => {
      faults?.end();
      if (faults !== undefined) store.endFaults();
    },
    passTime: async (ms) => {
      if (movable === undefined) throw TIME_FIXED;
      runtime.publishMetrics();
      await store.pass(ms);
      movable.runDue();
    },
    stop: ({ drainMs = DRAIN_MS } = {}) => {
      stopped ??= stop(drainMs);
      return stopped;
    },
  };
};

const emptyWorld = (stacks: readonly Stack[], http: HttpPort, store: Store, keepSecret: SecretKeeper): World => ({
  awsUrl: store.url,
  apiUrl: http.url,
  callAws: (target, input) => callAws(store.url, target, input),
  createBucket: (name) => createBucket(store.url, name),
  assetFolders: new Map(stacks.flatMap(({ assetFolders }) => [...assetFolders])),
  secrets: new Map(),
  keepSecret,
  queues: new Map(),
  functions: new Map(),
  mappings: [],
  schedules: [],
  asyncSettings: new Map(),
  integrations: new Map(),
  routes: [],
  rest: emptyRestWorld(),
  alarms: [],
  topics: new Map(),
});

const TIME_FIXED = new SluiceError("TimeFixed", "the run's time must be movable, got one that goes by itself", {
  hint: "start it with isTimeMovable",
});

const variablesOf = (
  functions: readonly FunctionSettings[],
  logicalIdOrName: string,
): Readonly<Record<string, string>> => {
  const found = functions.find(({ logicalId, name }) => logicalId === logicalIdOrName || name === logicalIdOrName);
  if (found !== undefined) return found.variables;
  throw new SluiceError("FunctionUnknown", `function must be one of the app, got ${logicalIdOrName}`, {
    hint: `choose from ${functions.map(({ logicalId }) => logicalId).join(", ")}`,
  });
};
