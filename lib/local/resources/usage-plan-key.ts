import { apiIdOf } from "./api-id.ts";
import { invalid, textOf } from "./properties.ts";
import type { ResourceType } from "./resource-type.ts";
import { honoured, only } from "./treatment.ts";

export const usagePlanKey: ResourceType = {
  type: "AWS::ApiGateway::UsagePlanKey",
  properties: { KeyId: honoured, KeyType: only("API_KEY"), UsagePlanId: honoured },
  attributes: ["Id"],
  create: (resource, { rest }) => {
    const keyId = textOf(resource, "KeyId");
    const plan = rest.plans.get(textOf(resource, "UsagePlanId"));
    if (!rest.keys.has(keyId)) throw invalid(resource, "KeyId", "name an API key of this app", keyId);
    if (plan === undefined) throw invalid(resource, "UsagePlanId", "name a usage plan of this app", undefined);
    plan.keyIds.add(keyId);
    return { ref: apiIdOf(resource), attributes: { Id: apiIdOf(resource) } };
  },
};
