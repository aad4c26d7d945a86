import type { ApiQueue } from "../../lib/core/environment.ts";
import type { Api, ScalingView } from "./api.ts";
import { manualView } from "./control-queue.ts";
import type { ApiResponse } from "./http.ts";

/** `GET /queues`: every job type's queue, as of now; the metrics among it are as fresh as CloudWatch has them. */
export const listQueues = async (api: Api): Promise<ApiResponse> => {
  const [metrics, scaling] = await Promise.all([api.metrics.read(api.queues), api.scaling.read()]);
  const queues = await Promise.all(
    Object.entries(api.queues).map(async ([type, queue]) => {
      const [depth, dead] = await Promise.all([api.depths.read(queue.queueUrl), api.records.countDead(type)]);
      const { concurrency, oldestAgeSeconds } = metrics[type] ?? { concurrency: null, oldestAgeSeconds: null };
      return { type, ...depth, dead, oldestAgeSeconds, concurrency, ...scalingOf(type, queue, scaling) };
    }),
  );
  return { status: 200, body: { queues } };
};

const scalingOf = (type: string, queue: ApiQueue, { decisions, decidedAt, manual }: ScalingView): object => {
  const [decision, control] = [decisions[type], manual[type]];
  const set = control === undefined ? {} : { manual: manualView(control) };
  if (decision === undefined) {
    const reason = queue.limit === null ? "no limit is set" : "the stage sets the limit";
    return { limit: queue.limit, state: "open", reason, decidedAt: null, ...set };
  }
  const { mode, reason, limit = null } = decision;
  return { limit, state: mode, reason, decidedAt: decidedAt ?? null, ...set };
};
