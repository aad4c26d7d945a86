import type { TopicSettings } from "./alarm-settings.ts";
import type { AlarmChange, AlarmNotice } from "./alarms.ts";
import { REGION } from "./aws.ts";
import type { LocalEventBody } from "./events.ts";

/** Turns what alarms tell into events of the run. */
export const alarmListener = (
  topics: ReadonlyMap<string, TopicSettings>,
  onEvent: (event: LocalEventBody) => void,
): { readonly onChange: (change: AlarmChange) => void; readonly onNotice: (notice: AlarmNotice) => void } => ({
  onChange: ({ name, from, to, reason }) => onEvent({ kind: "alarm-changed", name, from, to, reason }),
  onNotice: (notice) => {
    const topic = topics.get(notice.topicArn);
    onEvent({
      kind: "notification-published",
      topicName: topic?.name ?? notice.topicArn,
      subscribers: topic?.subscribers ?? [],
      subject: `${notice.to}: "${notice.name}" in ${REGION}`,
      message: messageOf(notice),
    });
  },
});

const messageOf = ({ name, description, from, to, reason }: AlarmNotice): string =>
  [
    `Alarm ${name} went from ${from} to ${to}.`,
    ...(description === undefined ? [] : [description]),
    `Reason: ${reason}`,
  ].join("\n");
