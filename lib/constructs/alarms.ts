import { Stack } from "aws-cdk-lib";
import type { Alarm, CfnCompositeAlarm } from "aws-cdk-lib/aws-cloudwatch";
import { SnsAction } from "aws-cdk-lib/aws-cloudwatch-actions";
import type { Topic } from "aws-cdk-lib/aws-sns";
import { Construct } from "constructs";
import { ceilingOf } from "../core/alarm-ceiling.ts";
import { type AlarmCommands, alarmCommands } from "../core/alarm-commands.ts";
import { QUEUE_ALARMS } from "../core/alarm-queue-table.ts";
import type { AlarmSpec } from "../core/alarm-spec.ts";
import { STAGE_ALARMS } from "../core/alarm-stage-table.ts";
import type { ParsedStage } from "../core/settings.ts";
import { type AlarmContext, alarmFromSpec } from "./alarm-from-spec.ts";
import { queuePlaces, stagePlaces } from "./alarm-metrics.ts";
import { AlarmPage, type MadeAlarm } from "./alarm-page.ts";
import { AlarmTopic } from "./alarm-topic.ts";
import type { WatchedJobType, WatchedStage } from "./alarm-watched-stage.ts";

/**
 * The alarms of a stage, and the topic that hears of them.
 *
 * One composite notifies for all. Where the stage's `alarms` are `plain` there is none, nor any alarm with metric
 * math, and each of the others notifies by itself.
 */
export class Alarms extends Construct {
  readonly topic: Topic;
  /** Every alarm but the composites. */
  readonly alarms: readonly Alarm[];
  /** The alarm that notifies; undefined where the stage's alarms are `plain`. */
  readonly page: CfnCompositeAlarm | undefined;

  constructor(scope: Construct, id: string, watched: WatchedStage) {
    super(scope, id);
    const { stage } = watched;
    this.topic = new AlarmTopic(this, "Notifications", { email: stage.alarmEmail }).topic;
    const own = this.#ofStage(watched);
    const ofQueues = watched.jobTypes.map((jobType) => this.#ofQueue(watched, jobType));
    const made = [...ofQueues.flat(), ...own];
    this.alarms = made.map(({ alarm }) => alarm);
    if (stage.alarms === "all") {
      this.page = new AlarmPage(this, "Page", { stage: stage.name, topic: this.topic, own, ofQueues }).composite;
    } else {
      const notify = new SnsAction(this.topic);
      for (const { alarm, pages } of made) if (pages !== "never") alarm.addAlarmAction(notify);
    }
  }

  #ofStage(watched: WatchedStage): readonly MadeAlarm[] {
    const subject = { stage: watched.stage.name };
    const context = { subject, places: stagePlaces(watched), commands: this.#commands(watched), ceiling: 0 };
    return this.#make(this, watched.stage, STAGE_ALARMS, context);
  }

  #ofQueue(watched: WatchedStage, jobType: WatchedJobType): readonly MadeAlarm[] {
    const { name, settings } = jobType;
    return this.#make(new Construct(this, name), watched.stage, QUEUE_ALARMS, {
      subject: { type: name, settings },
      places: queuePlaces(watched.stage.name, jobType),
      commands: this.#commands(watched),
      ceiling: ceilingOf(settings),
    });
  }

  #make<Subject>(
    scope: Construct,
    { alarms }: ParsedStage,
    table: readonly AlarmSpec<Subject>[],
    context: AlarmContext<Subject>,
  ): readonly MadeAlarm[] {
    return table
      .filter(({ expression }) => alarms === "all" || expression === undefined)
      .map((spec) => ({ id: spec.id, pages: spec.pages, alarm: alarmFromSpec(scope, spec, context) }));
  }

  #commands({ stage, api, scaler, table }: WatchedStage): AlarmCommands {
    return alarmCommands({
      auth: stage.auth,
      region: Stack.of(this).region,
      apiUrl: api.url,
      apiLogGroup: api.lambda.logGroup.logGroupName,
      scalerLogGroup: scaler.lambda.logGroup.logGroupName,
      scalerFunction: scaler.lambda.functionName,
      tableName: table.tableName,
    });
  }
}
