import type { IncomingMessage, ServerResponse } from "node:http";
import { text } from "node:stream/consumers";
import { startLoopbackReceiver } from "../../lib/cli/loopback-receiver.ts";

/** How a receiver answers one request. */
export type ReceiverAnswer = {
  readonly status: number;
  readonly retryAfterSeconds?: number;
  /** @default 0 */
  readonly afterMs?: number;
};

/** A request that the receiver got. */
export type Received = { readonly headers: IncomingMessage["headers"]; readonly body: string };

/** A receiver of webhooks on 127.0.0.1 that answers as it was told. */
export type Receiver = {
  /** Makes an address; its requests are answered in this order, and all further ones with the last answer. */
  readonly address: (answers: readonly ReceiverAnswer[]) => {
    readonly url: string;
    readonly received: readonly Received[];
  };
  readonly stop: () => Promise<void>;
};

type Script = { readonly answers: readonly ReceiverAnswer[]; readonly received: Received[] };

/** Starts a {@link Receiver} on any free port. */
export const startReceiver = async (): Promise<Receiver> => {
  const scripts = new Map<string, Script>();
  const { url, stop } = await startLoopbackReceiver((request, response) => {
    receive(scripts, request, response).catch(() => response.destroy());
  });
  return {
    address: (answers) => {
      const path = `/${scripts.size + 1}`;
      const received: Received[] = [];
      scripts.set(path, { answers, received });
      return { url: `${url}${path}`, received };
    },
    stop,
  };
};

const receive = async (
  scripts: ReadonlyMap<string, Script>,
  request: IncomingMessage,
  response: ServerResponse,
): Promise<void> => {
  const script = scripts.get(request.url ?? "");
  const body = await text(request);
  const answer = script?.answers[Math.min(script.received.length, script.answers.length - 1)];
  script?.received.push({ headers: request.headers, body });
  const { status, retryAfterSeconds, afterMs = 0 } = answer ?? { status: 404 };
  const timer = setTimeout(() => {
    const headers = retryAfterSeconds === undefined ? {} : { "retry-after": String(retryAfterSeconds) };
    response.writeHead(status, headers).end();
  }, afterMs);
  response.once("close", () => clearTimeout(timer));
};
