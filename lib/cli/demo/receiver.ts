import type { IncomingMessage, ServerResponse } from "node:http";
import { Webhook } from "standardwebhooks";
import { startLoopbackReceiver } from "../loopback-receiver.ts";

/** What the receiver has seen: the demo's ledger, kept outside the system it checks. */
export type Ledger = {
  /** Deliveries that were answered with 204, by webhook id. */
  readonly delivered: ReadonlyMap<string, number>;
  readonly badSignatures: number;
};

export type Receiver = {
  /** Where to deliver; the receiver takes as long as `ms` says to answer. */
  readonly urlFor: (durationMs: number) => string;
  readonly ledger: () => Ledger;
  readonly stop: () => Promise<void>;
};

/** Starts the receiver of the demo's webhooks on 127.0.0.1: checks each signature, answers after the time it is asked to take. */
export const startReceiver = async (signingSecret: string): Promise<Receiver> => {
  const webhook = new Webhook(signingSecret);
  const delivered = new Map<string, number>();
  let badSignatures = 0;

  const receive = async (request: IncomingMessage, response: ServerResponse): Promise<void> => {
    const chunks: Buffer[] = [];
    for await (const chunk of request) chunks.push(chunk as Buffer);
    const id = String(request.headers["webhook-id"]);
    try {
      webhook.verify(Buffer.concat(chunks).toString("utf8"), headersOf(request));
    } catch {
      badSignatures += 1;
      response.writeHead(401).end();
      return;
    }
    const durationMs = Number(new URL(request.url ?? "/", "http://receiver").searchParams.get("ms"));
    setTimeout(() => {
      delivered.set(id, (delivered.get(id) ?? 0) + 1);
      response.writeHead(204).end();
    }, durationMs);
  };

  const { url, stop } = await startLoopbackReceiver((request, response) => {
    receive(request, response).catch(() => response.destroy());
  });

  return {
    urlFor: (durationMs) => `${url}/hook?ms=${Math.round(durationMs)}`,
    ledger: () => ({ delivered, badSignatures }),
    stop,
  };
};

const headersOf = ({ headers }: IncomingMessage): Record<string, string> =>
  Object.fromEntries(Object.entries(headers).map(([name, value]) => [name, String(value)]));
