import { availableParallelism } from "node:os";
import { type Cancel, type Clock, every } from "./clock.ts";
import { EventSourceMapping } from "./event-source-mapping.ts";
import type { LocalEventBody, LocalLog } from "./events.ts";
import type { RunFaults } from "./faults/run-faults.ts";
import { answerHttp } from "./http-api.ts";
import type { HttpPort } from "./http-port.ts";
import { AccountConcurrency } from "./lambda/account-concurrency.ts";
import { EnvironmentPool } from "./lambda/environment-pool.ts";
import { LambdaFunction } from "./lambda/function.ts";
import { FunctionMetrics } from "./lambda/function-metrics.ts";
import type { InvocationResult } from "./lambda/result.ts";
import { threadSource } from "./lambda/thread-source.ts";
import type { Store } from "./wire/store.ts";
import type { FunctionSettings, World } from "./world.ts";

export type RuntimeOptions = {
  readonly world: World;
  readonly functions: readonly FunctionSettings[];
  readonly store: Store;
  readonly http: HttpPort;
  readonly accountConcurrency: number;
  readonly clock: Clock;
  readonly onLog: (line: LocalLog) => void;
  readonly onEvent: (event: LocalEventBody) => void;
  /** @default - nothing goes wrong on purpose */
  readonly faults?: RunFaults | undefined;
};

/** How an event source mapping and its queue are doing. */
export type MappingObservation = {
  readonly functionName: string;
  readonly queueName: string;
  /** Invocations that may run at once. */
  readonly allowed: number;
  /** Invocations that run. */
  readonly running: number;
  /** The function's environments, busy and idle. */
  readonly environments: number;
  /** Messages in the queue, a moment ago. */
  readonly visible: number;
  readonly inFlight: number;
  readonly delayed: number;
};

export type Runtime = {
  observe(): readonly MappingObservation[];
  /** Starts nothing new, and waits for what runs, no longer than `drainMs`. */
  drain(drainMs: number): Promise<void>;
  /** Ends all environments, whatever they run. */
  stop(): Promise<void>;
};

const METRICS_EVERY_MS = 1_000;

/** Sets everything in motion that the templates describe: functions, event source mappings and the HTTP API. */
export const startRuntime = (options: RuntimeOptions): Runtime => {
  const { world, store, http, clock, onEvent } = options;
  const pool = openPool(options);
  options.faults?.crashBy((environment) => pool.crash(environment));
  const metrics = new Map(options.functions.map(({ name }) => [name, new FunctionMetrics(name)]));
  const functions = openFunctions(options, pool, metrics);
  const invoke = async (functionName: string, payload: string): Promise<InvocationResult> =>
    (functions.get(functionName) ?? missing(functionName)).invoke(payload);
  const mappings = world.mappings.map(
    (settings) =>
      new EventSourceMapping({
        settings,
        store: options.faults?.disturb(store) ?? store,
        invoke: (payload) => invoke(settings.functionName, payload),
        clock,
        onEvent,
      }),
  );
  http.answerWith(answerHttp({ routes: world.routes, invoke, clock }));
  for (const mapping of mappings) mapping.start();
  const cancelMetrics: Cancel = every(clock, METRICS_EVERY_MS, () => {
    store.publish([...metrics.values()].flatMap((metric) => metric.take(clock.nowMs())));
  });

  return {
    observe: () => mappings.map((mapping) => observe(mapping, functions, store)),
    drain: async (drainMs) => {
      for (const mapping of mappings) mapping.stopPolling();
      store.wake();
      const { promise: timeIsUp, resolve } = Promise.withResolvers<void>();
      const cancel = clock.after(drainMs, resolve);
      await Promise.race([timeIsUp, Promise.all([http.drain(), ...mappings.map((mapping) => mapping.drained())])]);
      cancel();
    },
    stop: async () => {
      cancelMetrics();
      await pool.stop();
    },
  };
};

const openPool = ({ store, accountConcurrency, clock, onLog, onEvent, faults }: RuntimeOptions): EnvironmentPool =>
  new EnvironmentPool({
    most: accountConcurrency,
    mostLoading: availableParallelism(),
    source: threadSource(),
    awsUrl: store.url,
    clock,
    onLog,
    onEvent,
    faults,
  });

const openFunctions = (
  { world, functions, accountConcurrency, clock, onEvent, faults }: RuntimeOptions,
  pool: EnvironmentPool,
  metricsByName: ReadonlyMap<string, FunctionMetrics>,
): ReadonlyMap<string, LambdaFunction> => {
  const reserved = functions.flatMap(({ name, reservedConcurrency }) =>
    reservedConcurrency === undefined ? [] : [[name, reservedConcurrency] as const],
  );
  const account = new AccountConcurrency(accountConcurrency, new Map(reserved));
  const mapped = new Set(world.mappings.map(({ functionName }) => functionName));
  return new Map(
    functions.map((settings) => {
      const own = { settings, faults: mapped.has(settings.name) ? faults : undefined };
      const metrics = metricsByName.get(settings.name) ?? missing(settings.name);
      return [settings.name, new LambdaFunction({ ...own, account, pool, metrics, clock, onEvent })];
    }),
  );
};

const observe = (
  mapping: EventSourceMapping,
  functions: ReadonlyMap<string, LambdaFunction>,
  store: Store,
): MappingObservation => {
  const { functionName, queue } = mapping.settings;
  const { visible, inFlight, delayed } = store.depthOf(queue.name);
  return {
    functionName,
    queueName: queue.name,
    allowed: mapping.allowed,
    running: mapping.running,
    environments: functions.get(functionName)?.environments ?? 0,
    visible,
    inFlight,
    delayed,
  };
};

const missing = (functionName: string): never => {
  throw new Error(`function ${functionName} must exist`);
};
