import type { IntegrationSettings } from "./world.ts";

/** What the resources of REST APIs come to. */
export type RestWorld = {
  /** By id. */
  readonly apis: Map<string, RestApiSettings>;
  /** By id. */
  readonly keys: Map<string, ApiKeySettings>;
  /** By id. */
  readonly plans: Map<string, UsagePlanSettings>;
};

export type RestApiSettings = {
  readonly id: string;
  readonly name: string;
  /** The path of each resource, by its id. */
  readonly paths: Map<string, string>;
  readonly methods: RestMethodSettings[];
  /** By type, what it answers by itself otherwise than API Gateway does. */
  readonly answers: Map<string, GatewayAnswerSettings>;
  /** Ids of the validators that look at bodies. */
  readonly bodyValidators: Set<string>;
  /** The one that is served; undefined until there is one. */
  stageName: string | undefined;
};

export type RestMethodSettings = {
  readonly resourceId: string;
  /** With variables in braces. */
  readonly path: string;
  /** `ANY` stands for every one that no other method of the resource has. */
  readonly httpMethod: string;
  readonly needsKey: boolean;
  /** A body must be a JSON object. */
  readonly needsObject: boolean;
  readonly integration: IntegrationSettings;
};

export type GatewayAnswerSettings = {
  /** Undefined where it is the one of what went wrong. */
  readonly status: number | undefined;
  readonly headers: Readonly<Record<string, string>>;
  /** With variables such as `$context.requestId`. */
  readonly template: string | undefined;
};

export type ApiKeySettings = { readonly value: string; readonly isEnabled: boolean };

export type UsagePlanSettings = {
  /** `<API's id>/<stage>` of each that a key of the plan opens. */
  readonly stages: ReadonlySet<string>;
  /** Ids of its keys. */
  readonly keyIds: Set<string>;
};

/** Returns a world with no REST API yet. */
export const emptyRestWorld = (): RestWorld => ({ apis: new Map(), keys: new Map(), plans: new Map() });

/** Returns what a client may write into `x-api-key` at an API's stage. */
export const keysOf = ({ keys, plans }: RestWorld, { id, stageName }: RestApiSettings): ReadonlySet<string> => {
  const ids = [...plans.values()].flatMap(({ stages, keyIds }) =>
    stages.has(`${id}/${stageName}`) ? [...keyIds] : [],
  );
  const enabled = ids.map((keyId) => keys.get(keyId)).filter((key) => key?.isEnabled === true);
  return new Set(enabled.flatMap((key) => key?.value ?? []));
};

/** Returns what a client may write there at the app's one API; nothing where it asks for no key, or is of another kind. */
export const apiKeysOf = (rest: RestWorld): readonly string[] =>
  [...rest.apis.values()].flatMap((api) => [...keysOf(rest, api)]);
