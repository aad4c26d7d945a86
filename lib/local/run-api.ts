import type { RequestListener } from "node:http";
import type { GatewayOptions } from "./api-gateway.ts";
import { type MeasuredApi, measuredHttpApi, measuredRestApi } from "./api-metrics.ts";
import { answerHttp } from "./http-api.ts";
import { answerRest } from "./rest-api.ts";
import { keysOf } from "./rest-world.ts";
import type { World } from "./world.ts";

/** Answers as the app's one API does, whichever kind it is. */
export const answerApi = ({ rest, routes }: World, options: GatewayOptions): RequestListener => {
  const [api] = rest.apis.values();
  return api === undefined
    ? answerHttp({ ...options, routes })
    : answerRest({ ...options, api, keys: keysOf(rest, api) });
};

/** Returns where the metrics of the app's API are; undefined where it has none. */
export const measuredApi = ({ rest, routes }: World): MeasuredApi | undefined => {
  const [api] = rest.apis.values();
  if (api?.stageName !== undefined) return measuredRestApi(api.name, api.stageName);
  const apiId = routes[0]?.apiId;
  return apiId === undefined ? undefined : measuredHttpApi(apiId);
};
