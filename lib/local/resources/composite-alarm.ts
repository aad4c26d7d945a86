import type { AlarmSuppressor } from "../alarm-settings.ts";
import { alarmsIn, parseAlarmRule } from "../composite-rule.ts";
import type { World } from "../world.ts";
import { ALARM_PROPERTIES, addAlarm, checkAlarm, commonOf } from "./alarm-common.ts";
import { boundedOf, invalid, optionalTextOf, textOf } from "./properties.ts";
import type { Resource, ResourceType } from "./resource-type.ts";
import { checked, honoured } from "./treatment.ts";

const rule = checked((text) => {
  const parsed = parseAlarmRule(text);
  return parsed.kind === "refused" ? parsed.problem : undefined;
});

export const compositeAlarm: ResourceType = {
  type: "AWS::CloudWatch::CompositeAlarm",
  properties: {
    ...ALARM_PROPERTIES,
    ActionsSuppressor: honoured,
    ActionsSuppressorExtensionPeriod: honoured,
    ActionsSuppressorWaitPeriod: honoured,
    AlarmRule: rule,
  },
  attributes: ["Arn"],
  create: (resource, world) => {
    const ruleText = textOf(resource, "AlarmRule");
    const parsed = parseAlarmRule(ruleText);
    if (parsed.kind === "refused") throw invalid(resource, "AlarmRule", `be a rule: it ${parsed.problem}`, ruleText);
    for (const named of alarmsIn(parsed.value)) checkAlarm(resource, "AlarmRule", named, world);
    const suppressor = suppressorOf(resource, world);
    return addAlarm(
      { ...commonOf(resource, world), kind: "composite", rule: parsed.value, ruleText, suppressor },
      world,
    );
  },
};

const suppressorOf = (resource: Resource, world: World): AlarmSuppressor | undefined => {
  const alarm = optionalTextOf(resource, "ActionsSuppressor");
  if (alarm === undefined) return undefined;
  checkAlarm(resource, "ActionsSuppressor", alarm, world);
  // AWS wants both beside a suppressor: without, this is out of bounds.
  const bounds = { min: 0, max: 86_400, fallback: -1 };
  return {
    alarm,
    waitSeconds: boundedOf(resource, "ActionsSuppressorWaitPeriod", bounds),
    extensionSeconds: boundedOf(resource, "ActionsSuppressorExtensionPeriod", bounds),
  };
};
