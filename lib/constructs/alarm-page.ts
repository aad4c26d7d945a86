import { type Alarm, CfnCompositeAlarm } from "aws-cdk-lib/aws-cloudwatch";
import type { Topic } from "aws-cdk-lib/aws-sns";
import { Construct } from "constructs";
import { anyOf, inAlarm, type PagingAlarm, pageGroups, queuePageRule, stagePageRule } from "../core/alarm-rule.ts";
import type { Paging } from "../core/alarm-spec.ts";

/** An alarm of the tables, as it became a resource. */
export type MadeAlarm = { readonly id: string; readonly pages: Paging; readonly alarm: Alarm };

export type AlarmPageProps = {
  readonly stage: string;
  readonly topic: Topic;
  /** The stage's own alarms. */
  readonly own: readonly MadeAlarm[];
  /** For each job type, its alarms. */
  readonly ofQueues: readonly (readonly MadeAlarm[])[];
};

/**
 * The one alarm of a stage that notifies: it holds while something needs a person, and so tells it once.
 *
 * It says nothing when it is over, as that would be a second message, and one at each deployment of a new stage.
 */
export class AlarmPage extends Construct {
  readonly composite: CfnCompositeAlarm;

  constructor(scope: Construct, id: string, { stage, topic, own, ofQueues }: AlarmPageProps) {
    super(scope, id);
    const groups = pageGroups(ofQueues.map(named)).map((group) => anyOf(group.map(queuePageRule)));
    const [first = ""] = groups;
    const ofJobTypes = groups.length === 1 ? first : anyOf(groups.map((rule, index) => this.#group(rule, index)));
    this.composite = new CfnCompositeAlarm(this, "Composite", {
      alarmDescription:
        `Something in stage ${stage} needs a person: the alarms in ALARM below this one say what, and which command ` +
        "to run first. It stays in ALARM until all of them are over.",
      alarmRule: anyOf([ofJobTypes, stagePageRule(named(own))]),
      alarmActions: [topic.topicArn],
    });
  }

  /** Makes a composite of a group of job types, of which the one that notifies is then made. */
  #group(alarmRule: string, index: number): string {
    const group = new CfnCompositeAlarm(this, `JobTypes${index + 1}`, {
      alarmDescription: "Something of these job types needs a person. It notifies nobody by itself.",
      alarmRule,
    });
    return inAlarm({ name: group.ref });
  }
}

const named = (alarms: readonly MadeAlarm[]): readonly PagingAlarm[] =>
  alarms.map(({ id, pages, alarm }) => ({ id, pages, name: alarm.alarmName }));
