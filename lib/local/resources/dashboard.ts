import { nameOf } from "./properties.ts";
import type { ResourceType } from "./resource-type.ts";
import { differs, honoured, inert } from "./treatment.ts";

export const dashboard: ResourceType = {
  type: "AWS::CloudWatch::Dashboard",
  properties: {
    DashboardName: honoured,
    DashboardBody: differs("there are no dashboards: ask for the metrics with GetMetricData"),
    Tags: inert,
  },
  attributes: [],
  create: (resource) => ({ ref: nameOf(resource, "DashboardName", 255) }),
};
