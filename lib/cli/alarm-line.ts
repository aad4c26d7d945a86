import type { LocalEvent } from "../local/server.ts";

/** Returns what a person is told of an event while a run goes on: alarms that begin and end, and who would hear of them. */
export const alarmLine = (event: LocalEvent): string | undefined => {
  switch (event.kind) {
    case "alarm-changed":
      if (event.to !== "ALARM" && event.from !== "ALARM") return undefined;
      return `alarm ${event.name}: ${event.from} → ${event.to}. ${event.reason}`;
    case "notification-published": {
      const to = event.subscribers.join(", ") || "nobody subscribed";
      return `notification to topic ${event.topicName} (${to}; it stays on this machine): ${event.subject}`;
    }
    case "metrics-ignored":
      return `${event.functionName} printed metrics that CloudWatch would ignore: ${event.reason}`;
    default:
      return undefined;
  }
};
