import type { Clock } from "./clock.ts";
import { ControlledMapping, type MappingState } from "./controlled-mapping.ts";
import { EventSourceMapping } from "./event-source-mapping.ts";
import type { LocalEventBody } from "./events.ts";
import type { RunFaults } from "./faults/run-faults.ts";
import type { InvocationResult } from "./lambda/result.ts";
import type { Store } from "./wire/store.ts";
import type { MappingSettings } from "./world.ts";

/** An event source mapping of a run: what works, and by what it is controlled. */
export type RunningMapping = { readonly mapping: EventSourceMapping; readonly control: ControlledMapping };

/** How an event source mapping and its queue are doing. */
export type MappingObservation = {
  readonly functionName: string;
  readonly queueName: string;
  /** As AWS names it; while it is changing, the rest is still as it was. */
  readonly state: MappingState;
  readonly isEnabled: boolean;
  /** Its `MaximumConcurrency`, if it has one. */
  readonly limit: number | undefined;
  /** Invocations that may run at once; none while it is disabled. */
  readonly allowed: number;
  /** Invocations that run. */
  readonly running: number;
  /** The function's environments, busy and idle. */
  readonly environments: number;
  /** Messages in the queue, a moment ago. */
  readonly visible: number;
  readonly inFlight: number;
  readonly delayed: number;
};

export type MappingsOptions = {
  readonly settings: readonly MappingSettings[];
  readonly store: Store;
  readonly invoke: (functionName: string, payload: string) => Promise<InvocationResult>;
  /** How long a change takes until it is in effect. */
  readonly mappingUpdateMs: number;
  /** Of what the mapping waits for. */
  readonly clock: Clock;
  /** Of when it was changed. */
  readonly calendar: Clock;
  readonly onEvent: (event: LocalEventBody) => void;
  /** @default - nothing goes wrong on purpose */
  readonly faults?: RunFaults | undefined;
};

/** Makes the mappings of a run; none polls before it is started. */
export const openMappings = (options: MappingsOptions): readonly RunningMapping[] => {
  const { store, invoke, mappingUpdateMs, clock, calendar, onEvent, faults } = options;
  return options.settings.map((settings) => {
    const mapping = new EventSourceMapping({
      settings,
      store: faults?.disturb(store) ?? store,
      // The other mappings' receives end too, and are asked again at once.
      wake: () => store.wake(),
      invoke: (payload) => invoke(settings.functionName, payload),
      clock,
      onEvent,
    });
    return { mapping, control: new ControlledMapping({ mapping, updateMs: mappingUpdateMs, clock: calendar }) };
  });
};

/** @param environments of the mapping's function */
export const observeMapping = (
  { mapping, control }: RunningMapping,
  store: Pick<Store, "depthOf">,
  environments: number,
): MappingObservation => {
  const { functionName, queue, isEnabled, maximumConcurrency } = mapping.settings;
  const { visible, inFlight, delayed } = store.depthOf(queue.name);
  return {
    functionName,
    queueName: queue.name,
    state: control.state,
    isEnabled,
    limit: maximumConcurrency,
    allowed: mapping.allowed,
    running: mapping.running,
    environments,
    visible,
    inFlight,
    delayed,
  };
};
