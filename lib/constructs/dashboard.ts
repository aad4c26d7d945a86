import { Dashboard as CloudWatchDashboard, type IWidget } from "aws-cdk-lib/aws-cloudwatch";
import { Construct } from "constructs";
import { stagePlaces } from "./alarm-metrics.ts";
import type { WatchedStage } from "./alarm-watched-stage.ts";
import type { Alarms } from "./alarms.ts";
import { alarmsWidgets, type DashboardRow, queueRow, reasonsWidget, stageRow } from "./dashboard-widgets.ts";

export type DashboardProps = {
  readonly watched: WatchedStage;
  readonly alarms: Alarms;
};

/**
 * A stage at a glance: its alarms, why the scaler changed what, each queue's depth against its limit and what runs, and
 * the api and the table below.
 */
export class Dashboard extends Construct {
  /** What CloudWatch decides by whether a dashboard is one of the free ones. */
  readonly metricCount: number;

  constructor(scope: Construct, id: string, { watched, alarms }: DashboardProps) {
    super(scope, id);
    const rows: readonly DashboardRow[] = [
      ...watched.jobTypes.map((jobType) => queueRow(watched.stage.name, jobType)),
      stageRow(stagePlaces(watched)),
    ];
    const widgets: IWidget[][] = [
      ...alarmsWidgets(this, alarms).map((widget) => [widget]),
      [reasonsWidget(watched.scaler.lambda.logGroup.logGroupName)],
      ...rows.map((row) => [...row.widgets]),
    ];
    new CloudWatchDashboard(this, "Dashboard", { widgets });
    this.metricCount = rows.reduce((count, { metricCount }) => count + metricCount, 0);
  }
}
