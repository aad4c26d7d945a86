import type { JobRecord } from "../../lib/core/job.ts";
import type { Stage } from "./campaign.ts";
import type { RequestedRedrive } from "./evidence.ts";
import { redriveByTwo } from "./meddle.ts";

const SAMPLE = 60;
const AT_ONCE = 4;

/** Redrives dead jobs that now can succeed, each by two requests at once. */
export const lastRedrives = async (
  { system, receiver }: Stage,
  drained: ReadonlyMap<string, JobRecord>,
): Promise<readonly RequestedRedrive[]> => {
  const dead = [...drained.values()].filter((record) => record.status === "dead" && !isPoison(record));
  const sample = dead.slice(0, SAMPLE).values();
  const redriven: RequestedRedrive[] = [];
  const lane = async (): Promise<void> => {
    for (const { id } of sample) redriven.push(await redriveByTwo(system.apiUrl, id, receiver.nowMs));
  };
  await Promise.all(Array.from({ length: AT_ONCE }, lane));
  return redriven;
};

const isPoison = ({ input }: JobRecord): boolean => typeof input === "object" && input !== null && "poison" in input;
