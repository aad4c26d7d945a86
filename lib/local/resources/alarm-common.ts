import type { AlarmSettings } from "../alarm-settings.ts";
import { arnOf } from "../aws.ts";
import type { World } from "../world.ts";
import { booleanOf, invalid, listOf, nameOf, optionalTextOf } from "./properties.ts";
import type { Created, Resource } from "./resource-type.ts";
import { each, honoured, inert, type Treatments } from "./treatment.ts";

/** What metric and composite alarms have in common. */
export const ALARM_PROPERTIES: Treatments = {
  AlarmName: honoured,
  AlarmDescription: honoured,
  ActionsEnabled: honoured,
  AlarmActions: each(honoured),
  OKActions: each(honoured),
  InsufficientDataActions: each(honoured),
  Tags: inert,
};

type Common = Pick<
  AlarmSettings,
  "name" | "arn" | "description" | "actionsEnabled" | "alarmActions" | "okActions" | "insufficientDataActions"
>;

export const commonOf = (resource: Resource, world: World): Common => {
  const name = nameOf(resource, "AlarmName", 255);
  return {
    name,
    arn: arnOf("cloudwatch", `alarm:${name}`),
    description: optionalTextOf(resource, "AlarmDescription"),
    actionsEnabled: booleanOf(resource, "ActionsEnabled", true),
    alarmActions: topicsOf(resource, "AlarmActions", world),
    okActions: topicsOf(resource, "OKActions", world),
    insufficientDataActions: topicsOf(resource, "InsufficientDataActions", world),
  };
};

/** Puts an alarm into the world. */
export const addAlarm = (settings: AlarmSettings, { alarms }: World): Created => {
  alarms.push(settings);
  return { ref: settings.name, attributes: { Arn: settings.arn } };
};

/** Finds an alarm by its name or ARN. @throws TemplateInvalid */
export const checkAlarm = (resource: Resource, property: string, nameOrArn: string, { alarms }: World): void => {
  if (alarms.some(({ name, arn }) => nameOrArn === name || nameOrArn === arn)) return;
  throw invalid(resource, property, "name alarms of this app that are made before it", nameOrArn);
};

const topicsOf = (resource: Resource, property: string, { topics }: World): readonly string[] =>
  listOf(resource, property).map((arn) => {
    if (typeof arn === "string" && topics.has(arn)) return arn;
    throw invalid(resource, property, "be ARNs of SNS topics of this app: a local run has no other actions", arn);
  });
