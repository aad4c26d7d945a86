import { describe, expect, test } from "vitest";
import { LEAST_LEFT_MS } from "../../lambdas/scaler/time-limits.ts";
import { readScalerEnvironment, SCALER_VARIABLES } from "../../lib/core/environment.ts";
import { CLOSE_LOOK_MS } from "../../lib/core/scaling/queue-scaling.ts";
import type { StageSettings } from "../../lib/core/settings.ts";
import { templatesOf } from "../support/synthesize.ts";

const SETTINGS: StageSettings = {
  jobTypes: {
    first: { minConcurrency: 3, maxConcurrency: 7, targetWaitSeconds: 90 },
    second: { provisioned: { min: 2, max: 5 }, timeoutSeconds: 20, batchSize: 4, parallel: 2 },
  },
};

const { pipeline } = templatesOf("a", SETTINGS);

type Properties = Readonly<Record<string, never>>;

const only = (type: string): readonly [string, Properties] => {
  const [found, ...others] = Object.entries(pipeline.findResources(type));
  if (found === undefined || others.length > 0) throw new Error(`not one ${type}`);
  return [found[0], found[1].Properties];
};

const [scalerId, scaler] = Object.entries(pipeline.findResources("AWS::Lambda::Function"))
  .map(([id, { Properties }]) => [id, Properties] as const)
  .find(([id]) => id.includes("Scaler")) ?? ["", {}];

/** The text of a join, each reference by the name of what it refers to. */
const textOf = (joined: { readonly "Fn::Join": readonly [string, readonly unknown[]] }): string =>
  joined["Fn::Join"][1]
    .map((part) => {
      if (typeof part === "string") return part;
      const { Ref: ref, "Fn::GetAtt": attribute } = part as { Ref?: string; "Fn::GetAtt"?: readonly string[] };
      return ref ?? attribute?.join(".");
    })
    .join("");

describe("Scaler", () => {
  test("hands its handler every variable that it reads, each queue with its bounds", () => {
    const { QUEUES: queues, TABLE_NAME: _, ...others } = scaler.Environment.Variables;

    const read = readScalerEnvironment({ ...others, TABLE_NAME: "jobs", QUEUES: textOf(queues) });

    expect(Object.keys(scaler.Environment.Variables).sort()).toEqual(Object.values(SCALER_VARIABLES).sort());
    expect(read).toEqual({
      tableName: "jobs",
      stage: "a",
      queues: {
        first: {
          queueUrl: "FirstQueue",
          queueArn: "FirstQueue.Arn",
          bounds: {
            floor: 3,
            ceiling: 7,
            provisioned: undefined,
            parallel: 5,
            batchSize: 10,
            timeoutSeconds: 30,
            targetWaitSeconds: 90,
          },
        },
        second: {
          queueUrl: "SecondQueue",
          queueArn: "SecondQueue.Arn",
          bounds: {
            floor: 2,
            ceiling: undefined,
            provisioned: { min: 2, max: 5 },
            parallel: 2,
            batchSize: 4,
            timeoutSeconds: 20,
            targetWaitSeconds: 60,
          },
        },
      },
    });
  });

  test("runs each minute, on the minute, and not again for a minute that is over", () => {
    const [, schedule] = only("AWS::Scheduler::Schedule");
    const [, invocation] = only("AWS::Lambda::EventInvokeConfig");

    expect(schedule).toMatchObject({
      ScheduleExpression: "rate(1 minute)",
      FlexibleTimeWindow: { Mode: "OFF" },
      Target: {
        Arn: { "Fn::GetAtt": [scalerId, "Arn"] },
        RetryPolicy: { MaximumRetryAttempts: 1, MaximumEventAgeInSeconds: 60 },
      },
    });
    expect(invocation).toMatchObject({
      FunctionName: { Ref: scalerId },
      MaximumRetryAttempts: 0,
      MaximumEventAgeInSeconds: 60,
    });
  });

  test("has time for the last look of a minute's run", () => {
    expect(scaler.Timeout * 1_000).toBeGreaterThanOrEqual(60_000 - CLOSE_LOOK_MS + LEAST_LEFT_MS);
    expect(scaler.MemorySize).toBe(256);
  });

  test("is known to each worker and to the api, which may wake it", () => {
    const wakers = Object.values(pipeline.findResources("AWS::Lambda::Function"))
      .map(({ Properties }) => Properties.Environment.Variables.SCALER_FUNCTION)
      .filter((name) => name !== undefined);

    expect(wakers).toEqual([{ Ref: scalerId }, { Ref: scalerId }, { Ref: scalerId }]);
  });

  test("closes no circle: every resource can be made after those that it refers to", () => {
    const resources: Readonly<Record<string, unknown>> = pipeline.toJSON().Resources;
    const waiting = new Map(
      Object.entries(resources).map(([id, resource]) => [id, referredBy(id, resource, resources)]),
    );
    for (let made = [""]; made.length > 0; ) {
      made = [...waiting].filter(([, needs]) => !needs.some((need) => waiting.has(need))).map(([id]) => id);
      for (const id of made) waiting.delete(id);
    }

    expect([...waiting.keys()]).toEqual([]);
  });
});

/** The other resources that a resource needs: by reference, by attribute, in a text, or by an explicit order. */
const referredBy = (id: string, resource: unknown, resources: Readonly<Record<string, unknown>>): readonly string[] => {
  const text = JSON.stringify(resource);
  return Object.keys(resources).filter(
    (other) => other !== id && new RegExp(`"${other}"|\\$\\{${other}[.}]`).test(text),
  );
};
