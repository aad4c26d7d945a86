import { arnOf } from "../aws.ts";
import { functionOf } from "./function-of.ts";
import { invalid, nameOf, optionalTextOf, textOf } from "./properties.ts";
import type { Resource, ResourceType } from "./resource-type.ts";
import { differs, fields, honoured, inert, matching, only, type Treatment } from "./treatment.ts";
import { unenforced } from "./unenforced.ts";

const RATE = /^rate\(\s*([1-9]\d*)\s+minutes?\s*\)$/;

const delivered: Treatment = differs(
  "a schedule's event is never refused here: the function's own settings say how it is tried again",
);

/** @see https://docs.aws.amazon.com/scheduler/latest/UserGuide/schedule-types.html */
export const schedule: ResourceType = {
  type: "AWS::Scheduler::Schedule",
  properties: {
    Name: honoured,
    ScheduleExpression: matching(RATE, "rate(N minutes)"),
    State: only("ENABLED", "DISABLED"),
    FlexibleTimeWindow: fields({ Mode: only("OFF") }),
    Target: fields({
      Arn: honoured,
      Input: honoured,
      RoleArn: unenforced,
      RetryPolicy: delivered,
      DeadLetterConfig: delivered,
    }),
    Description: inert,
    GroupName: inert,
    KmsKeyArn: inert,
    // It moves schedules by the calendar, and a rate has none.
    ScheduleExpressionTimezone: inert,
  },
  attributes: ["Arn"],
  differences: [
    { about: "time", why: "the first event comes one period after the start; AWS chooses the second within a minute" },
  ],
  create: (resource, world) => {
    const name = nameOf(resource, "Name", 64);
    const arn = arnOf("scheduler", `schedule/${optionalTextOf(resource, "GroupName") ?? "default"}/${name}`);
    world.schedules.push({
      arn,
      functionName: functionOf(resource, "Target.Arn", world).name,
      periodMs: periodMsOf(resource),
      isEnabled: optionalTextOf(resource, "State") !== "DISABLED",
      input: inputOf(resource),
    });
    return { ref: name, attributes: { Arn: arn } };
  },
};

const periodMsOf = (resource: Resource): number => {
  const expression = textOf(resource, "ScheduleExpression");
  const [, minutes] = RATE.exec(expression) ?? [];
  if (minutes === undefined) throw invalid(resource, "ScheduleExpression", "be rate(N minutes)", expression);
  return Number(minutes) * 60_000;
};

const inputOf = (resource: Resource): string | undefined => {
  const input = optionalTextOf(resource, "Target.Input");
  if (input === undefined) return undefined;
  try {
    JSON.parse(input.replaceAll(/<aws\.scheduler\.[a-z-]+>/g, "0"));
    return input;
  } catch {
    throw invalid(resource, "Target.Input", "be JSON", input);
  }
};
