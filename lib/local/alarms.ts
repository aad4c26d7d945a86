import type { AlarmSettings, CompositeAlarmSettings, MetricAlarmSettings } from "./alarm-settings.ts";
import type { AlarmState, AlarmVerdict } from "./alarm-state.ts";
import { type SuppressedBy, type SuppressionMemory, suppress } from "./alarm-suppression.ts";
import { type Cancel, type Clock, every } from "./clock.ts";
import { alarmsIn, holds } from "./composite-rule.ts";
import { decideMetricAlarm } from "./metric-alarm.ts";
import type { MetricStore } from "./metrics.ts";

export type AlarmsOptions = {
  readonly metrics: MetricStore;
  readonly clock: Clock;
  readonly onChange: (change: AlarmChange) => void;
  /** Called once for each topic. */
  readonly onNotice: (notice: AlarmNotice) => void;
};

export type AlarmChange = {
  readonly name: string;
  readonly from: AlarmState;
  readonly to: AlarmState;
  readonly reason: string;
};

/** What a topic is told of an alarm. */
export type AlarmNotice = AlarmChange & { readonly topicArn: string; readonly description: string | undefined };

/** An alarm as it stands; times in milliseconds since 1970. */
export type AlarmSeen = {
  readonly settings: AlarmSettings;
  readonly state: AlarmState;
  readonly reason: string;
  readonly updatedMs: number;
  readonly suppressedBy: SuppressedBy | undefined;
};

type Standing = {
  readonly settings: AlarmSettings;
  readonly createdMs: number;
  state: AlarmState;
  reason: string;
  updatedMs: number;
  /** The state before the last change. */
  before: AlarmState;
  suppression: SuppressionMemory;
  suppressedBy: SuppressedBy | undefined;
};

/** Often enough that a change of the metrics of a minute is seen soon after its end. */
const EVALUATE_EVERY_MS = 10_000;

/** The alarms of a run. */
export class Alarms {
  readonly #options: AlarmsOptions;
  readonly #cancel: Cancel;
  readonly #standing = new Map<string, Standing>();

  constructor(options: AlarmsOptions) {
    this.#options = options;
    this.#cancel = every(options.clock, EVALUATE_EVERY_MS, () => this.#evaluate());
  }

  /** Watches alarms from now on; a composite alarm must come after those that it is made of. */
  watch(alarms: readonly AlarmSettings[]): void {
    const nowMs = this.#options.clock.nowMs();
    for (const settings of alarms) {
      this.#standing.set(settings.name, {
        settings,
        createdMs: nowMs,
        state: "INSUFFICIENT_DATA",
        reason: "Unchecked: Initial alarm creation",
        updatedMs: nowMs,
        before: "INSUFFICIENT_DATA",
        suppression: { performed: "INSUFFICIENT_DATA", changedMs: nowMs, suppressedMs: undefined },
        suppressedBy: undefined,
      });
    }
  }

  list(): readonly AlarmSeen[] {
    return [...this.#standing.values()];
  }

  /** Sets a state by hand; it stays until the next evaluation finds another. @returns whether there is such an alarm */
  set(name: string, verdict: AlarmVerdict): boolean {
    const alarm = this.#standing.get(name);
    if (alarm === undefined) return false;
    this.#change(alarm, verdict);
    this.#evaluateComposites();
    return true;
  }

  stop(): void {
    this.#cancel();
  }

  #evaluate(): void {
    const { metrics, clock } = this.#options;
    for (const alarm of this.#standing.values()) {
      if (alarm.settings.kind === "composite") continue;
      const verdict = decideMetricAlarm(metrics, alarm.settings, clock.nowMs(), alarm.createdMs);
      if (verdict !== undefined) this.#change(alarm, verdict);
    }
    this.#evaluateComposites();
  }

  #evaluateComposites(): void {
    for (const alarm of this.#standing.values()) {
      if (alarm.settings.kind === "metric") continue;
      this.#change(alarm, this.#decide(alarm.settings));
      this.#suppress(alarm, alarm.settings);
    }
  }

  #decide({ rule }: CompositeAlarmSettings): AlarmVerdict {
    const children = alarmsIn(rule).flatMap((alarm) => this.#find(alarm) ?? []);
    const alarming = children.filter(({ state }) => state === "ALARM").map(({ settings }) => settings.name);
    return {
      state: holds(rule, (alarm) => this.#find(alarm)?.state) ? "ALARM" : "OK",
      reason: `Of its ${children.length} alarms, these are in ALARM: ${alarming.join(", ") || "none"}.`,
    };
  }

  #find(nameOrArn: string): Standing | undefined {
    return (
      this.#standing.get(nameOrArn) ?? [...this.#standing.values()].find(({ settings }) => settings.arn === nameOrArn)
    );
  }

  #change(alarm: Standing, { state, reason }: AlarmVerdict): void {
    if (state === alarm.state) {
      alarm.reason = reason;
      return;
    }
    const nowMs = this.#options.clock.nowMs();
    alarm.before = alarm.state;
    alarm.state = state;
    alarm.reason = reason;
    alarm.updatedMs = nowMs;
    alarm.suppression = { ...alarm.suppression, changedMs: nowMs };
    this.#options.onChange(changeOf(alarm));
    if (alarm.settings.kind === "metric") this.#perform(alarm);
  }

  #suppress(alarm: Standing, { suppressor }: CompositeAlarmSettings): void {
    const step = suppress(alarm.suppression, {
      nowMs: this.#options.clock.nowMs(),
      state: alarm.state,
      isSuppressing: suppressor !== undefined && this.#find(suppressor.alarm)?.state === "ALARM",
      waitMs: (suppressor?.waitSeconds ?? 0) * 1_000,
      extensionMs: (suppressor?.extensionSeconds ?? 0) * 1_000,
    });
    alarm.suppression = step.memory;
    alarm.suppressedBy = step.by;
    if (step.isPerforming) this.#perform(alarm);
  }

  #perform(alarm: Standing): void {
    const { settings } = alarm;
    if (!settings.actionsEnabled) return;
    const { description } = settings;
    for (const topicArn of actionsOf(settings, alarm.state)) {
      this.#options.onNotice({ ...changeOf(alarm), topicArn, description });
    }
  }
}

const changeOf = ({ settings, before, state, reason }: Standing): AlarmChange => ({
  name: settings.name,
  from: before,
  to: state,
  reason,
});

const actionsOf = (settings: MetricAlarmSettings | CompositeAlarmSettings, state: AlarmState): readonly string[] => {
  if (state === "ALARM") return settings.alarmActions;
  return state === "OK" ? settings.okActions : settings.insufficientDataActions;
};
