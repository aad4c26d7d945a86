import type { Api } from "./api.ts";
import { findJob } from "./find-job.ts";
import { findQueue } from "./find-queue.ts";
import { type ApiResponse, unavailable } from "./http.ts";
import { noteRedrive, prepareRedrive } from "./redrive.ts";

/** `POST /jobs/{id}/redrive`: sends a dead job to its queue again. */
export const redriveJob = async (api: Api, id: string): Promise<ApiResponse> => {
  const { type } = findJob(api, id);
  const ready = await prepareRedrive(api, id);
  const [failure] = await api.sender.send(findQueue(api, type).queueUrl, [ready.message]);
  if (failure !== undefined) {
    api.log("job.not-sent", { id, redrive: ready.redrive, reason: failure });
    throw unavailable("the queue did not take the job; send the request again");
  }
  await noteRedrive(api, ready);
  const headers = { location: `/jobs/${id}` };
  return { status: 202, headers, body: { id, type, status: "queued", redrive: ready.redrive } };
};
