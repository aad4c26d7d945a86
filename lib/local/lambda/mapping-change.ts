import {
  ESM_BATCH_SIZE,
  ESM_MAX_WINDOW_SECONDS,
  ESM_MAXIMUM_CONCURRENCY,
  ESM_PROVISIONED_POLLERS,
} from "../../core/limits.ts";
import type { MappingChange } from "../controlled-mapping.ts";
import { isJsonObject, type Json, type JsonObject } from "../json.ts";
import { PROVISIONED_DEFAULTS } from "../resources/event-source-mapping.ts";
import type { MappingSettings } from "../world.ts";

/** What an update asks for, or why AWS would refuse it. */
export type ReadChange = { readonly change: MappingChange } | { readonly problem: string };

type Reader = (value: Json) => ReadChange;

/** Reads the settings of an `UpdateEventSourceMapping`; what it does not name stays as it is. */
export const readMappingChange = (settings: MappingSettings, input: JsonObject): ReadChange => {
  let change: MappingChange = {};
  for (const [name, value] of Object.entries(input)) {
    if (value === null) continue;
    const reader = Object.hasOwn(READERS, name) ? READERS[name] : undefined;
    if (reader === undefined) return { problem: `${name} is not supported here; ${SUPPORTED} are` };
    const read = reader(value);
    if ("problem" in read) return read;
    change = { ...change, ...read.change };
  }
  const problem = problemOf({ ...settings, ...change });
  return problem === undefined ? { change } : { problem };
};

/** What only the settings together show. */
const problemOf = (settings: MappingSettings): string | undefined => {
  const { batchSize, batchWindowSeconds, maximumConcurrency, provisioned } = settings;
  if (batchWindowSeconds < 1 && batchSize > ESM_BATCH_SIZE.maxWithoutWindow) {
    return `MaximumBatchingWindowInSeconds must be at least 1 for a BatchSize of ${batchSize}, got ${batchWindowSeconds}`;
  }
  if (maximumConcurrency !== undefined && provisioned !== undefined) {
    return "ScalingConfig must stand without a ProvisionedPollerConfig, got both: {} removes one";
  }
  return undefined;
};

const readEnabled: Reader = (value) =>
  typeof value === "boolean" ? { change: { isEnabled: value } } : wrong("Enabled", "be true or false", value);

const readResponseTypes: Reader = (value) => {
  const isKnown = Array.isArray(value) && value.every((type: Json) => type === "ReportBatchItemFailures");
  if (!isKnown) return wrong("FunctionResponseTypes", "hold nothing but ReportBatchItemFailures", value);
  return { change: { reportsItemFailures: value.length > 0 } };
};

const readScaling: Reader = (value) => {
  const given = fieldsOf("ScalingConfig", ["MaximumConcurrency"], value);
  if (typeof given === "string") return { problem: given };
  if (given.MaximumConcurrency === undefined) return { change: { maximumConcurrency: undefined } };
  return readNumber(
    "ScalingConfig.MaximumConcurrency",
    ESM_MAXIMUM_CONCURRENCY,
    given.MaximumConcurrency,
    (number) => ({
      maximumConcurrency: number,
    }),
  );
};

const readProvisioned: Reader = (value) => {
  const given = fieldsOf("ProvisionedPollerConfig", ["MinimumPollers", "MaximumPollers"], value);
  if (typeof given === "string") return { problem: given };
  if (Object.keys(given).length === 0) return { change: { provisioned: undefined } };
  const { MinimumPollers: min = PROVISIONED_DEFAULTS.minimumPollers } = given;
  const { MaximumPollers: max = PROVISIONED_DEFAULTS.maximumPollers } = given;
  if (!isWithin(ESM_PROVISIONED_POLLERS.min, min)) {
    return outside("ProvisionedPollerConfig.MinimumPollers", ESM_PROVISIONED_POLLERS.min, min);
  }
  if (!isWithin({ min, max: ESM_PROVISIONED_POLLERS.max.max }, max)) {
    return outside("ProvisionedPollerConfig.MaximumPollers", { min, max: ESM_PROVISIONED_POLLERS.max.max }, max);
  }
  return { change: { provisioned: { minimumPollers: min, maximumPollers: max } } };
};

const READERS: Readonly<Record<string, Reader>> = {
  BatchSize: (value) => readNumber("BatchSize", ESM_BATCH_SIZE, value, (batchSize) => ({ batchSize })),
  Enabled: readEnabled,
  FunctionResponseTypes: readResponseTypes,
  MaximumBatchingWindowInSeconds: (value) =>
    readNumber(
      "MaximumBatchingWindowInSeconds",
      { min: 0, max: ESM_MAX_WINDOW_SECONDS },
      value,
      (batchWindowSeconds) => ({ batchWindowSeconds }),
    ),
  ProvisionedPollerConfig: readProvisioned,
  ScalingConfig: readScaling,
};

const SUPPORTED = Object.keys(READERS).join(", ");

type Range = { readonly min: number; readonly max: number };

const isWithin = ({ min, max }: Range, value: Json): value is number =>
  typeof value === "number" && Number.isInteger(value) && value >= min && value <= max;

const readNumber = (
  name: string,
  range: Range,
  value: Json,
  changeTo: (number: number) => MappingChange,
): ReadChange => (isWithin(range, value) ? { change: changeTo(value) } : outside(name, range, value));

const fieldsOf = (name: string, known: readonly string[], value: Json): JsonObject | string => {
  if (!isJsonObject(value)) return `${name} must be an object, got ${JSON.stringify(value)}`;
  const unknown = Object.keys(value).find((field) => !known.includes(field));
  return unknown === undefined ? value : `${name}.${unknown} is not supported here; ${known.join(", ")} are`;
};

const outside = (name: string, { min, max }: Range, value: Json): ReadChange => wrong(name, `be ${min}–${max}`, value);

const wrong = (name: string, expectation: string, value: Json): ReadChange => ({
  problem: `${name} must ${expectation}, got ${JSON.stringify(value)}`,
});
