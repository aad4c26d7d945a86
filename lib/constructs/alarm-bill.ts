import { Stack } from "aws-cdk-lib";
import { CfnAlarm, CfnCompositeAlarm } from "aws-cdk-lib/aws-cloudwatch";
import type { IConstruct } from "constructs";
import { type WatchPart, watchPrice, watchPriceText } from "../core/cost/alarm-prices.ts";
import { Dashboard } from "./dashboard.ts";

/**
 * Says how many alarms and dashboards an app has and what they cost a month, in a sentence.
 *
 * @returns undefined where no stack is to be deployed, as in `cdk list` and `cdk destroy`
 */
export const alarmBill = (app: IConstruct): string | undefined => {
  const constructs = app.node.findAll();
  if (!constructs.some((construct) => Stack.isStack(construct) && construct.bundlingRequired)) return undefined;
  return watchPriceText(watchPrice(watchParts(app)));
};

/** Returns what CloudWatch charges for in an app. */
export const watchParts = (app: IConstruct): readonly WatchPart[] =>
  app.node.findAll().flatMap((construct): readonly WatchPart[] => {
    if (construct instanceof CfnAlarm) return [{ kind: "alarm", metrics: metricsOf(construct) }];
    if (construct instanceof CfnCompositeAlarm) return [{ kind: "composite" }];
    if (construct instanceof Dashboard) return [{ kind: "dashboard", metrics: construct.metricCount }];
    return [];
  });

/** Metric math counts each of its metrics, and not the expression itself. */
const metricsOf = (alarm: CfnAlarm): number => {
  const queries: unknown = Stack.of(alarm).resolve(alarm.metrics);
  return Array.isArray(queries) ? queries.filter((query) => "metricStat" in query).length : 1;
};
