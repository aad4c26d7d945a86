import type { ResourceType } from "./resource-type.ts";
import { differs, inert } from "./treatment.ts";

export const budget: ResourceType = {
  type: "AWS::Budgets::Budget",
  properties: {
    Budget: differs("nothing costs anything here, and no budget is watched"),
    NotificationsWithSubscribers: inert,
    ResourceTags: inert,
  },
  attributes: [],
  create: ({ logicalId }) => ({ ref: logicalId }),
};
