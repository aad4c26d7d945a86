import type { AlarmSettings, TopicSettings } from "./alarm-settings.ts";
import type { SecretKeeper } from "./data/secret-file.ts";
import type { JsonObject } from "./json.ts";
import type { RestWorld } from "./rest-world.ts";

/** What the resources of a template come to: each type puts its own in, and looks up what it points at. */
export type World = {
  /** Where functions reach AWS's services. */
  readonly awsUrl: string;
  readonly apiUrl: string;
  /** Calls a service by `X-Amz-Target`. @throws AwsCallFailed */
  readonly callAws: (target: string, input: JsonObject) => Promise<JsonObject>;
  /** Makes a bucket where there is none of this name. @throws AwsCallFailed */
  readonly createBucket: (name: string) => Promise<void>;
  /** Absolute path of an asset's folder, by object key. */
  readonly assetFolders: ReadonlyMap<string, string>;
  /** The value of each secret, by ARN. */
  readonly secrets: Map<string, string>;
  readonly keepSecret: SecretKeeper;
  readonly queues: Map<string, QueueSettings>;
  /** By ARN. */
  readonly functions: Map<string, FunctionSettings>;
  readonly mappings: MappingSettings[];
  readonly schedules: ScheduleSettings[];
  /** What a template says of a function's asynchronous invocations, by the function's name. */
  readonly asyncSettings: Map<string, AsyncSettings>;
  readonly integrations: Map<string, IntegrationSettings>;
  readonly routes: RouteSettings[];
  readonly rest: RestWorld;
  /** Each after those that it is made of. */
  readonly alarms: AlarmSettings[];
  /** By ARN. */
  readonly topics: Map<string, TopicSettings>;
};

export type QueueSettings = { readonly name: string; readonly visibilityTimeoutSeconds: number };

export type FunctionSettings = {
  readonly name: string;
  readonly arn: string;
  readonly logicalId: string;
  /** `<module>.<export>`. */
  readonly handler: string;
  readonly codeFolder: string;
  /** The file and the export that the handler names. */
  readonly handlerUrl: string;
  readonly handlerName: string;
  readonly memoryMiB: number;
  readonly timeoutSeconds: number;
  readonly variables: Readonly<Record<string, string>>;
  /** Concurrency that is kept for this function, and that it cannot pass. */
  readonly reservedConcurrency: number | undefined;
  readonly logGroupName: string;
};

export type MappingSettings = {
  readonly id: string;
  readonly queue: QueueSettings;
  readonly queueArn: string;
  readonly functionName: string;
  readonly isEnabled: boolean;
  readonly batchSize: number;
  readonly batchWindowSeconds: number;
  readonly reportsItemFailures: boolean;
  readonly maximumConcurrency: number | undefined;
  readonly provisioned: { readonly minimumPollers: number; readonly maximumPollers: number } | undefined;
};

/** A schedule of EventBridge Scheduler that invokes a function. */
export type ScheduleSettings = {
  readonly arn: string;
  readonly functionName: string;
  readonly periodMs: number;
  readonly isEnabled: boolean;
  /** JSON for the function; without, it gets the scheduler's own event. */
  readonly input: string | undefined;
};

/** How events for a function are tried again. */
export type AsyncSettings = {
  /** After the first attempt, where the function fails; 0–2. */
  readonly maximumRetryAttempts: number;
  readonly maximumEventAgeSeconds: number;
};

export type IntegrationSettings = { readonly functionName: string; readonly timeoutMs: number };

export type RouteSettings = {
  readonly apiId: string;
  /** `<METHOD> <path>` or `$default`. */
  readonly routeKey: string;
  readonly integration: IntegrationSettings;
};
