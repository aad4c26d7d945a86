import { invalid, textOf } from "./properties.ts";
import type { ResourceType } from "./resource-type.ts";
import { restApiOf } from "./rest-api-of.ts";
import { differs, honoured, inert } from "./treatment.ts";

export const restApiStage: ResourceType = {
  type: "AWS::ApiGateway::Stage",
  properties: {
    RestApiId: honoured,
    DeploymentId: honoured,
    StageName: honoured,
    AccessLogSetting: differs("there is no access log"),
    MethodSettings: differs("the API does not throttle here, and keeps no log or metrics of each method"),
    TracingEnabled: differs("there are no traces"),
    Description: inert,
    Tags: inert,
  },
  attributes: [],
  differences: [{ about: "address", why: "paths are served below the stage's name and without it" }],
  create: (resource, world) => {
    const api = restApiOf(resource, world);
    const stageName = textOf(resource, "StageName");
    if (api.stageName !== undefined) {
      throw invalid(resource, "StageName", `be the only stage of its API, which has ${api.stageName}`, stageName);
    }
    api.stageName = stageName;
    return { ref: stageName };
  },
};
