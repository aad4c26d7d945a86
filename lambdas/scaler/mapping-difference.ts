import { type MappingChange, mappingChange } from "../../lib/core/scaling/mapping-change.ts";
import type { MappingSeen, QueueDecision } from "../../lib/core/scaling/queue-scaling.ts";

/** Returns what is to be changed for a mapping to be as decided, be it now or when Lambda takes a change again. */
export const mappingDifference = (decision: QueueDecision, mapping: MappingSeen): MappingChange | undefined =>
  mappingChange(decision, { ...mapping, isChanging: false });
