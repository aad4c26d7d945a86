import * as z from "zod";
import type { Api, OutgoingMessage } from "../../lambdas/api/api.ts";
import { handleRequest } from "../../lambdas/api/handle-request.ts";
import type { ApiRequest } from "../../lambdas/api/http.ts";
import { SALT } from "./claimed.ts";
import { fakeClock } from "./fake-clock.ts";
import { memoryApiRecords } from "./memory-api-records.ts";
import { memoryDeadLetters } from "./memory-dead-letters.ts";
import { memoryPayloadStore } from "./memory-payload-store.ts";
import { memoryScalingStore } from "./memory-scaling-store.ts";

export type Answer = {
  readonly status: number;
  readonly headers: Readonly<Record<string, string>>;
  readonly body: Body;
};
// What the API answers is read by the tests as JSON of unknown shape.
type Body = { readonly [name: string]: unknown };

/** The api function on ports in memory. */
export const memoryApi = () => {
  const sent: (OutgoingMessage & { readonly id?: string; readonly queueUrl: string })[] = [];
  const failures = new Map<number, string>();
  const store = memoryApiRecords();
  const payloads = memoryPayloadStore();
  const deadLetters = memoryDeadLetters();
  const scaling = memoryScalingStore();
  const woken: string[] = [];
  const clock = fakeClock();
  const log: string[] = [];
  let dice = 0;
  const queue = (type: string, limit: number | null) => ({
    queueUrl: `http://queue/${type}`,
    deadLetterQueueUrl: `http://queue/${type}-dead`,
    functionName: "worker",
    limit,
    isProvisioned: false,
  });
  const api: Api = {
    inputs: { echo: z.strictObject({ text: z.string() }), other: z.unknown() },
    queues: { echo: queue("echo", 40), other: queue("other", null) },
    salt: SALT,
    redriveLimit: 3,
    sender: {
      send: async (queueUrl, messages) => {
        const taken = messages.filter((_, index) => !failures.has(index));
        sent.push(...taken.map((message) => ({ ...message, queueUrl })));
        return messages.map((_, index) => failures.get(index));
      },
    },
    records: store,
    writer: store,
    payloads,
    deadLetters,
    depths: { read: async () => ({ visible: 3, inFlight: 2, delayed: 1 }) },
    metrics: { read: async () => ({ echo: { concurrency: 5, oldestAgeSeconds: 12 } }) },
    scaling,
    wakeScaler: async (type) => void woken.push(type),
    clock,
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
  const post = (path: string, body: unknown = "", headers = {}): Promise<Answer> =>
    request("POST", path, { body: typeof body === "string" ? body : JSON.stringify(body), headers });
  return {
    api,
    sent,
    failures,
    records: store.records,
    payloads,
    deadLetters,
    scaling,
    woken,
    clock,
    log,
    request,
    post,
  };
};
