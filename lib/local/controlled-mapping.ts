import type { Cancel, Clock } from "./clock.ts";
import type { EventSourceMapping } from "./event-source-mapping.ts";
import type { MappingSettings } from "./world.ts";

/** How a mapping stands, in AWS's words; the others, `Creating` and `Deleting`, are over or out of the question in a run. */
export type MappingState = "Enabled" | "Disabled" | "Enabling" | "Disabling" | "Updating";

/** What of a mapping can be changed while it runs. */
export type MappingChange = Partial<
  Pick<
    MappingSettings,
    "isEnabled" | "batchSize" | "batchWindowSeconds" | "reportsItemFailures" | "maximumConcurrency" | "provisioned"
  >
>;

export type ControlledMappingOptions = {
  readonly mapping: Pick<EventSourceMapping, "settings" | "change">;
  /** How long a change takes until it is in effect. */
  readonly updateMs: number;
  readonly clock: Clock;
};

/** An event source mapping as its owner sees it: what was asked of it at once, and in effect a while later. */
export class ControlledMapping {
  readonly #options: ControlledMappingOptions;
  #wanted: MappingSettings;
  #state: MappingState;
  #lastModifiedMs: number;
  #cancel: Cancel = () => undefined;

  constructor(options: ControlledMappingOptions) {
    this.#options = options;
    this.#wanted = options.mapping.settings;
    this.#state = restOf(this.#wanted);
    this.#lastModifiedMs = options.clock.nowMs();
  }

  /** What was asked for last, in effect or about to be. */
  get wanted(): MappingSettings {
    return this.#wanted;
  }

  get state(): MappingState {
    return this.#state;
  }

  /** When it was changed last, or when its state changed. */
  get lastModifiedMs(): number {
    return this.#lastModifiedMs;
  }

  /** Whether a change is under way: until it is in effect, there can be no other. */
  get isChanging(): boolean {
    return this.#state !== restOf(this.#wanted);
  }

  /** Begins a change; not while another {@link isChanging is under way}. */
  change(change: MappingChange): void {
    const { mapping, updateMs, clock } = this.#options;
    const wasEnabled = this.#wanted.isEnabled;
    this.#wanted = { ...this.#wanted, ...change };
    this.#enter(changing(wasEnabled, this.#wanted.isEnabled));
    this.#cancel = clock.after(updateMs, () => {
      mapping.change(this.#wanted);
      this.#enter(restOf(this.#wanted));
    });
  }

  /** What is under way never takes effect. */
  stop(): void {
    this.#cancel();
  }

  #enter(state: MappingState): void {
    this.#state = state;
    this.#lastModifiedMs = this.#options.clock.nowMs();
  }
}

const restOf = ({ isEnabled }: MappingSettings): MappingState => (isEnabled ? "Enabled" : "Disabled");

const changing = (wasEnabled: boolean, isEnabled: boolean): MappingState => {
  if (wasEnabled === isEnabled) return "Updating";
  return isEnabled ? "Enabling" : "Disabling";
};
