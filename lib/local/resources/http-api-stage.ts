import { textOf } from "./properties.ts";
import type { ResourceType } from "./resource-type.ts";
import { differs, honoured, inert, only, type Treatment } from "./treatment.ts";

const throttling: Treatment = differs("the API does not throttle here");

export const httpApiStage: ResourceType = {
  type: "AWS::ApiGatewayV2::Stage",
  properties: {
    ApiId: honoured,
    StageName: only("$default"),
    AutoDeploy: honoured,
    AccessLogSettings: differs("there is no access log"),
    DefaultRouteSettings: throttling,
    RouteSettings: throttling,
    Description: inert,
    Tags: inert,
  },
  attributes: [],
  create: (resource) => ({ ref: textOf(resource, "StageName") }),
};
