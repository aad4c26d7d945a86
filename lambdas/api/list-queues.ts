import type { Api } from "./api.ts";
import type { ApiResponse } from "./http.ts";

/** `GET /queues`: every job type's queue, as of now; the metrics among it are as fresh as CloudWatch has them. */
export const listQueues = async (api: Api): Promise<ApiResponse> => {
  const metrics = await api.metrics.read(api.queues);
  const queues = await Promise.all(
    Object.entries(api.queues).map(async ([type, { queueUrl, limit }]) => {
      const [depth, dead] = await Promise.all([api.depths.read(queueUrl), api.records.countDead(type)]);
      const { concurrency, oldestAgeSeconds } = metrics[type] ?? { concurrency: null, oldestAgeSeconds: null };
      const reason = limit === null ? "no limit is set" : "the stage sets the limit";
      return { type, ...depth, dead, oldestAgeSeconds, limit, concurrency, state: "open", reason };
    }),
  );
  return { status: 200, body: { queues } };
};
