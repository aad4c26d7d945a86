import { isJsonObject } from "../json.ts";
import { apiIdOf } from "./api-id.ts";
import { invalid, listOf } from "./properties.ts";
import type { ResourceType } from "./resource-type.ts";
import { differs, each, fields, honoured, inert, type Treatment } from "./treatment.ts";

const throttling: Treatment = differs("requests by key are neither throttled nor counted here");

export const usagePlan: ResourceType = {
  type: "AWS::ApiGateway::UsagePlan",
  properties: {
    ApiStages: each(fields({ ApiId: honoured, Stage: honoured, Throttle: throttling })),
    Quota: throttling,
    Throttle: throttling,
    UsagePlanName: inert,
    Description: inert,
    Tags: inert,
  },
  attributes: ["Id"],
  create: (resource, { rest }) => {
    const stages = listOf(resource, "ApiStages").map((stage) => {
      const { ApiId, Stage } = isJsonObject(stage) ? stage : {};
      const api = rest.apis.get(String(ApiId));
      if (api?.stageName === undefined || api.stageName !== Stage) {
        throw invalid(resource, "ApiStages", "name stages of REST APIs of this app", stage);
      }
      return `${api.id}/${api.stageName}`;
    });
    const id = apiIdOf(resource);
    rest.plans.set(id, { stages: new Set(stages), keyIds: new Set() });
    return { ref: id, attributes: { Id: id } };
  },
};
