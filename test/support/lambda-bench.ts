import { onTestFinished } from "vitest";
import { systemClock } from "../../lib/local/clock.ts";
import type { LocalEventBody, LocalLog } from "../../lib/local/events.ts";
import type { RunFaults } from "../../lib/local/faults/run-faults.ts";
import { AccountConcurrency } from "../../lib/local/lambda/account-concurrency.ts";
import { EnvironmentPool } from "../../lib/local/lambda/environment-pool.ts";
import { LambdaFunction } from "../../lib/local/lambda/function.ts";
import { FunctionMetrics } from "../../lib/local/lambda/function-metrics.ts";
import { handlerFile } from "../../lib/local/lambda/handler-file.ts";
import { threadSource } from "../../lib/local/lambda/thread-source.ts";
import type { FunctionSettings } from "../../lib/local/world.ts";
import { temporaryFolder } from "./temporary-folder.ts";

type Source = string | Readonly<Record<string, string>>;

/** Functions that run until the test ends, with all that they tell. */
export type LambdaBench = {
  /** @param source the code of `index.mjs`, or of each file by name */
  readonly functionOf: (source: Source, settings?: Partial<FunctionSettings>) => LambdaFunction;
  readonly pool: EnvironmentPool;
  readonly logs: LocalLog[];
  readonly events: LocalEventBody[];
  /** Resolves with the next event of a kind, or with the first there was. */
  readonly event: (kind: LocalEventBody["kind"]) => Promise<LocalEventBody>;
};

/** @param reserved reserved concurrency, by function name @param faults what goes wrong on purpose */
export const lambdaBench = (
  most = 10,
  reserved: ReadonlyMap<string, number> = new Map(),
  faults?: RunFaults,
): LambdaBench => {
  const logs: LocalLog[] = [];
  const events: LocalEventBody[] = [];
  const listeners = new Set<() => void>();
  const onEvent = (event: LocalEventBody): void => {
    events.push(event);
    for (const listener of listeners) listener();
  };
  const pool = new EnvironmentPool({
    most,
    mostLoading: 2,
    source: threadSource(),
    awsUrl: "http://127.0.0.1:1",
    clock: systemClock,
    onLog: (line) => logs.push(line),
    onEvent,
    faults,
  });
  onTestFinished(() => pool.stop());
  const account = new AccountConcurrency(most, reserved);
  return {
    pool,
    logs,
    events,
    functionOf: (source, settings = {}) => {
      const functionSettings = { ...settingsOf(source), ...settings };
      const metrics = new FunctionMetrics(functionSettings.name);
      return new LambdaFunction({
        settings: functionSettings,
        account,
        pool,
        metrics,
        clock: systemClock,
        onEvent,
        faults,
      });
    },
    event: async (kind) => {
      for (;;) {
        const found = events.find((event) => event.kind === kind);
        if (found !== undefined) return found;
        await new Promise<void>((resolve) => listeners.add(resolve));
      }
    },
  };
};

const settingsOf = (source: Source): FunctionSettings => {
  const codeFolder = temporaryFolder(typeof source === "string" ? { "index.mjs": source } : source);
  const found = handlerFile(codeFolder, "index.handler");
  return {
    name: "worker",
    arn: "arn:aws:lambda:us-east-1:000000000000:function:worker",
    logicalId: "Worker",
    handler: "index.handler",
    codeFolder,
    handlerUrl: found?.url ?? "",
    handlerName: found?.exportName ?? "",
    memoryMiB: 128,
    timeoutSeconds: 10,
    variables: {},
    reservedConcurrency: undefined,
    logGroupName: "/aws/lambda/worker",
  };
};
