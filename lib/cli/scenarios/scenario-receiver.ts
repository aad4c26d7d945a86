import type { IncomingMessage, ServerResponse } from "node:http";
import { startLoopbackReceiver } from "../loopback-receiver.ts";
import type { ReceiverState } from "./scenario.ts";

/** The file that it has for jobs that ask for one. */
const CSV = "city,people\nLagos,15\nLima,11\n";

/** What the receiver has seen. */
export type ReceiverCounts = {
  /** Webhooks that it took. */
  readonly delivered: number;
  /** Jobs among them: by `webhook-id`. */
  readonly deliveredJobs: number;
  /** Requests that it turned away because it was full (429) or down (503). */
  readonly refused: number;
  /** Requests for poison, answered with 400. */
  readonly poison: number;
  /** The most requests that it worked on at one time. */
  readonly peak: number;
};

export type ScenarioReceiver = {
  readonly urlFor: (job: { readonly serviceMs: number; readonly isPoison: boolean }) => string;
  readonly counts: () => ReceiverCounts;
  readonly stop: () => Promise<void>;
};

/** Starts a receiver on 127.0.0.1 that can be full, or down. @param stateNow asked for each request */
export const startScenarioReceiver = async (stateNow: () => ReceiverState): Promise<ScenarioReceiver> => {
  const jobs = new Set<string>();
  let [delivered, refused, poison, atOnce, peak] = [0, 0, 0, 0, 0];

  const receive = (request: IncomingMessage, response: ServerResponse): void => {
    request.resume();
    const { capacity, isDown } = stateNow();
    const query = new URL(request.url ?? "/", "http://receiver").searchParams;
    if (isDown || (capacity !== undefined && atOnce >= capacity)) {
      refused += 1;
      response.writeHead(isDown ? 503 : 429).end();
      return;
    }
    if (query.has("poison")) {
      poison += 1;
      response.writeHead(400).end();
      return;
    }
    atOnce += 1;
    peak = Math.max(peak, atOnce);
    let isOpen = true;
    const leave = (): void => {
      if (isOpen) atOnce -= 1;
      isOpen = false;
    };
    const timer = setTimeout(
      () => {
        leave();
        if (request.method === "GET") {
          response.writeHead(200, { "content-type": "text/csv" }).end(CSV);
          return;
        }
        delivered += 1;
        jobs.add(String(request.headers["webhook-id"]));
        response.writeHead(204).end();
      },
      Number(query.get("ms")),
    );
    response.on("close", () => {
      clearTimeout(timer);
      leave();
    });
  };

  const { url, stop } = await startLoopbackReceiver(receive);

  return {
    urlFor: ({ serviceMs, isPoison }) => `${url}/hook?ms=${serviceMs}${isPoison ? "&poison" : ""}`,
    counts: () => ({ delivered, deliveredJobs: jobs.size, refused, poison, peak }),
    stop,
  };
};
