import { availableParallelism } from "node:os";
import { alarmListener } from "./alarm-listener.ts";
import { type Cancel, type Clock, every } from "./clock.ts";
import type { LocalEventBody, LocalLog } from "./events.ts";
import type { RunFaults } from "./faults/run-faults.ts";
import type { HttpPort } from "./http-port.ts";
import { AccountConcurrency } from "./lambda/account-concurrency.ts";
import { ASYNC_DEFAULTS, AsyncInvocations } from "./lambda/async-invocations.ts";
import { EnvironmentPool } from "./lambda/environment-pool.ts";
import { LambdaFunction } from "./lambda/function.ts";
import { answerLambdaCall } from "./lambda/lambda-api.ts";
import type { InvocationResult } from "./lambda/result.ts";
import { threadSource } from "./lambda/thread-source.ts";
import type { PassedTime } from "./movable-clock.ts";
import { answerApi, measuredApi } from "./run-api.ts";
import { RunMetrics } from "./run-metrics.ts";
import { type MappingObservation, observeMapping, openMappings } from "./running-mapping.ts";
import { startSchedules } from "./schedules.ts";
import type { Store } from "./wire/store.ts";
import type { FunctionSettings, World } from "./world.ts";

export type RuntimeOptions = {
  readonly world: World;
  readonly functions: readonly FunctionSettings[];
  readonly store: Store;
  readonly http: HttpPort;
  readonly accountConcurrency: number;
  /** How long a change of a mapping takes until it is in effect. */
  readonly mappingUpdateMs: number;
  /** Of how long things take. */
  readonly clock: Clock;
  /** Of when things happen: metrics, schedules, events that wait, changes of mappings. @default - the same */
  readonly calendar?: Clock;
  /** What functions add to this machine's time. @default - nothing */
  readonly passed?: PassedTime | undefined;
  readonly onLog: (line: LocalLog) => void;
  readonly onEvent: (event: LocalEventBody) => void;
  /** @default - nothing goes wrong on purpose */
  readonly faults?: RunFaults | undefined;
};

export type Runtime = {
  /** Brings all that was measured to where the metrics are. */
  publishMetrics(): void;
  observe(): readonly MappingObservation[];
  /** Starts nothing new, and waits for what runs, no longer than `drainMs`. */
  drain(drainMs: number): Promise<void>;
  /** Ends all environments, whatever they run. */
  stop(): Promise<void>;
};

const METRICS_EVERY_MS = 1_000;

/** Sets everything in motion that the templates describe: functions, event source mappings, schedules and the API. */
export const startRuntime = (options: RuntimeOptions): Runtime => {
  const { world, store, http, clock, calendar = clock, onEvent } = options;
  const functionNames = options.functions.map(({ name }) => name);
  const metrics = new RunMetrics(functionNames, measuredApi(world), onEvent);
  const pool = openPool(options, metrics);
  options.faults?.crashBy((environment) => pool.crash(environment));
  const functions = openFunctions(options, pool, metrics);
  const invoke = async (functionName: string, payload: string): Promise<InvocationResult> =>
    (functions.get(functionName) ?? missing(functionName)).invoke(payload);
  const environmentsOf = (functionName: string): number => functions.get(functionName)?.environments ?? 0;
  const asyncInvocations = new AsyncInvocations({
    invoke,
    settingsOf: (functionName) => world.asyncSettings.get(functionName) ?? ASYNC_DEFAULTS,
    clock: calendar,
    onEvent,
  });
  const send = (functionName: string, payload: string): void => asyncInvocations.send(functionName, payload);
  const mappings = openMappings({ ...options, calendar, settings: world.mappings, invoke });
  store.answerLambdaBy(
    answerLambdaCall({
      functions: options.functions,
      mappings: mappings.map(({ control }) => control),
      accountConcurrency: options.accountConcurrency,
      invoke,
      send,
    }),
  );
  store.watchAlarms(world.alarms, alarmListener(world.topics, onEvent));
  http.answerWith(answerApi(world, { invoke, clock, onAnswer: (request) => metrics.answered(request) }));
  for (const { mapping } of mappings) mapping.start();
  const cancelSchedules = startSchedules({ schedules: world.schedules, send, clock: calendar });
  const publishMetrics = (): void => store.publish(metrics.take(calendar.nowMs()));
  const cancelMetrics: Cancel = every(clock, METRICS_EVERY_MS, publishMetrics);

  return {
    publishMetrics,
    observe: () =>
      mappings.map((running) => observeMapping(running, store, environmentsOf(running.mapping.settings.functionName))),
    drain: async (drainMs) => {
      cancelSchedules();
      for (const { mapping, control } of mappings) {
        control.stop();
        mapping.stopPolling();
      }
      const { promise: timeIsUp, resolve } = Promise.withResolvers<void>();
      const cancel = clock.after(drainMs, resolve);
      const drained = mappings.map(({ mapping }) => mapping.drained());
      await Promise.race([timeIsUp, Promise.all([http.drain(), asyncInvocations.drain(), ...drained])]);
      cancel();
    },
    stop: async () => {
      cancelMetrics();
      await pool.stop();
    },
  };
};

const openPool = (
  { store, accountConcurrency, clock, calendar = clock, passed, onLog, onEvent, faults }: RuntimeOptions,
  metrics: RunMetrics,
): EnvironmentPool =>
  new EnvironmentPool({
    most: accountConcurrency,
    mostLoading: availableParallelism(),
    source: threadSource(),
    awsUrl: store.url,
    clock,
    passed,
    onLog: (line) => {
      metrics.hear(line, calendar.nowMs());
      onLog(line);
    },
    onEvent,
    faults,
  });

const openFunctions = (
  { world, functions, accountConcurrency, clock, onEvent, faults }: RuntimeOptions,
  pool: EnvironmentPool,
  runMetrics: RunMetrics,
): ReadonlyMap<string, LambdaFunction> => {
  const reserved = functions.flatMap(({ name, reservedConcurrency }) =>
    reservedConcurrency === undefined ? [] : [[name, reservedConcurrency] as const],
  );
  const account = new AccountConcurrency(accountConcurrency, new Map(reserved));
  const mapped = new Set(world.mappings.map(({ functionName }) => functionName));
  return new Map(
    functions.map((settings) => {
      const own = { settings, faults: mapped.has(settings.name) ? faults : undefined };
      const metrics = runMetrics.functionOf(settings.name) ?? missing(settings.name);
      return [settings.name, new LambdaFunction({ ...own, account, pool, metrics, clock, onEvent })];
    }),
  );
};

const missing = (functionName: string): never => {
  throw new Error(`function ${functionName} must exist`);
};
