import type { MappingSeen, Pollers, QueueDecision } from "./queue-scaling.ts";

/** What one `UpdateEventSourceMapping` has to change; what is left out stays. */
export type MappingChange = {
  /** The new `MaximumConcurrency`; null removes it. */
  readonly limit?: number | null;
  readonly isEnabled?: boolean;
  /** The pollers of a provisioned mapping; null makes it a standard one. */
  readonly pollers?: Pollers | null;
};

/**
 * Tells what has to be changed for a mapping to be as decided; undefined where it is already, or takes no change now.
 *
 * A mapping that is to be paused keeps its other settings: they do nothing until it is enabled, and are set then, in
 * the same update.
 */
export const mappingChange = (decision: QueueDecision, mapping: MappingSeen): MappingChange | undefined => {
  if (mapping.isChanging) return undefined;
  if (!decision.isEnabled) return mapping.isEnabled ? { isEnabled: false } : undefined;
  const { limit, pollers } = decision;
  // Lambda takes no limit beside pollers, so the limit follows at the next look.
  if (pollers === undefined && mapping.pollers !== undefined) {
    return { ...(mapping.isEnabled ? {} : { isEnabled: true }), pollers: null };
  }
  const change: MappingChange = {
    ...(mapping.isEnabled ? {} : { isEnabled: true }),
    ...(limit === mapping.limit ? {} : { limit: limit ?? null }),
    ...(pollers === undefined || areSamePollers(pollers, mapping.pollers) ? {} : { pollers }),
  };
  return Object.keys(change).length === 0 ? undefined : change;
};

/** Tells whether two mappings have the same pollers. */
export const areSamePollers = (first: Pollers | undefined, second: Pollers | undefined): boolean =>
  first?.min === second?.min && first?.max === second?.max;
