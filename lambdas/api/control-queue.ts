import { ESM_MAXIMUM_CONCURRENCY } from "../../lib/core/limits.ts";
import type { ManualControl } from "../../lib/core/scaling/queue-scaling.ts";
import type { Api } from "./api.ts";
import { optionalFields, wholeNumber } from "./body-fields.ts";
import { findQueue } from "./find-queue.ts";
import { type ApiRequest, type ApiResponse, invalidInput, ProblemError } from "./http.ts";

/** A limit set by hand or a pause, as the API shows it. */
export const manualView = (control: ManualControl): object => {
  const { sinceMs, ...rest } = control;
  return { ...rest, since: new Date(sinceMs).toISOString() };
};

/** `POST /queues/{type}/pause`: no job of the type starts until it is resumed; those that run go on. */
export const pauseQueue = async (api: Api, type: string): Promise<ApiResponse> => {
  findQueue(api, type);
  return await set(api, type, { kind: "pause", sinceMs: api.clock.nowMs() });
};

/** `POST /queues/{type}/limit`: fixes how many invocations run at once, in place of a pause too. */
export const limitQueue = async (api: Api, request: ApiRequest, type: string): Promise<ApiResponse> => {
  const { isProvisioned, limit: ceiling } = findQueue(api, type);
  if (isProvisioned) {
    throw new ProblemError(
      "provisioned-queue",
      `queue ${type} has paid pollers, which AWS lets have no limit: change provisioned in the stage, or pause the queue`,
    );
  }
  const { limit } = optionalFields(request, {
    limit: wholeNumber(ESM_MAXIMUM_CONCURRENCY.min, ceiling ?? ESM_MAXIMUM_CONCURRENCY.max),
  });
  if (limit === undefined) throw invalidInput([{ path: "/limit", message: "is missing: invocations at once" }]);
  return await set(api, type, { kind: "limit", limit, sinceMs: api.clock.nowMs() });
};

/** `POST /queues/{type}/resume`: lifts what was set by hand; the scaler decides again. */
export const resumeQueue = async (api: Api, type: string): Promise<ApiResponse> => {
  findQueue(api, type);
  await api.scaling.lift(type);
  await api.wakeScaler(type);
  return { status: 202, body: { type } };
};

const set = async (api: Api, type: string, control: ManualControl): Promise<ApiResponse> => {
  const manual = await api.scaling.setManual(type, control);
  await api.wakeScaler(type);
  return { status: 202, body: { type, manual: manualView(manual) } };
};
