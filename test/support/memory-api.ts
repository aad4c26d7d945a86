import * as z from "zod";
import type { Api } from "../../lambdas/api/api.ts";
import { handleRequest } from "../../lambdas/api/handle-request.ts";
import type { ApiRequest } from "../../lambdas/api/http.ts";
import type { Message } from "../../lambdas/api/submission.ts";
import type { JobRecord } from "../../lib/core/job.ts";
import { SALT } from "./claimed.ts";
import { fakeClock } from "./fake-clock.ts";

export type Answer = {
  readonly status: number;
  readonly headers: Readonly<Record<string, string>>;
  readonly body: Body;
};
// What the API answers is read by the tests as JSON of unknown shape.
type Body = { readonly [name: string]: unknown };

/** The api function on ports in memory. */
export const memoryApi = () => {
  const sent: Message[] = [];
  const failures = new Map<number, string>();
  const records = new Map<string, JobRecord>();
  const log: string[] = [];
  let dice = 0;
  const queue = (limit: number | null) => ({ queueUrl: "http://queue/echo", functionName: "worker", limit });
  const api: Api = {
    inputs: { echo: z.strictObject({ text: z.string().max(200_000) }), other: z.unknown() },
    queues: { echo: queue(40), other: queue(null) },
    salt: SALT,
    sender: {
      send: async (_url, messages) => {
        sent.push(...messages.filter((_, index) => !failures.has(index)));
        return messages.map((_, index) => failures.get(index));
      },
    },
    records: {
      read: async (id) => records.get(id),
      listDead: async (types, limit) => ({
        jobs: [...records.values()]
          .filter(({ type, status }) => status === "dead" && types.includes(type))
          .slice(0, limit),
        next: undefined,
      }),
      countDead: async (type) =>
        [...records.values()].filter((job) => job.type === type && job.status === "dead").length,
    },
    depths: { read: async () => ({ visible: 3, inFlight: 2, delayed: 1 }) },
    metrics: { read: async () => ({ echo: { concurrency: 5, oldestAgeSeconds: 12 } }) },
    clock: fakeClock(),
    dice: {
      fraction: () => 0.5,
      bytes: (count) => {
        dice += 1;
        return new Uint8Array(count).fill(dice);
      },
    },
    log: (event) => void log.push(event),
  };
  const request = async (method: string, path: string, rest: Partial<ApiRequest> = {}): Promise<Answer> => {
    const response = await handleRequest(api, { method, path, headers: {}, query: {}, body: "", ...rest });
    const body = JSON.parse(JSON.stringify(response.body)) as Body;
    return { status: response.status, headers: response.headers ?? {}, body };
  };
  const post = (path: string, body: unknown, headers = {}): Promise<Answer> =>
    request("POST", path, { body: typeof body === "string" ? body : JSON.stringify(body), headers });
  return { api, sent, failures, records, log, request, post };
};
