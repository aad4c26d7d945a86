import type { ServerResponse } from "node:http";
import { startLoopbackReceiver } from "../../lib/cli/loopback-receiver.ts";

/** How a receiver takes requests: answers them, holds them until it is opened, or refuses them all. */
export type Gate = "open" | "held" | "down";

export type GatedReceiver = {
  readonly url: string;
  /** Refuses what is posted there for good. */
  readonly poisonUrl: string;
  /** Opened, it answers what it has held. */
  readonly set: (gate: Gate) => void;
  /** Requests that it holds now. */
  readonly held: () => number;
  /** Requests that it has refused because it was down. */
  readonly refused: () => number;
  readonly stop: () => Promise<void>;
};

/** Starts a receiver on 127.0.0.1 that does as a test says: for webhooks, and for those who ask for a CSV file. */
export const gatedReceiver = async (): Promise<GatedReceiver> => {
  let gate: Gate = "open";
  let refused = 0;
  const held = new Set<ServerResponse>();
  const answer = (response: ServerResponse): void => void response.writeHead(200).end("city\nBern\n");

  const { url, stop } = await startLoopbackReceiver((request, response) => {
    request.resume();
    if (request.url === "/poison") response.writeHead(400).end();
    else if (gate === "open") answer(response);
    else if (gate === "down") {
      refused += 1;
      response.writeHead(503).end();
    } else {
      held.add(response);
      response.on("close", () => held.delete(response));
    }
  });

  return {
    url,
    poisonUrl: `${url}/poison`,
    set: (next) => {
      gate = next;
      if (gate === "open") for (const response of held) answer(response);
    },
    held: () => held.size,
    refused: () => refused,
    stop,
  };
};
