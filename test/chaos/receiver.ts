import { createServer, type IncomingMessage, type ServerResponse } from "node:http";
import type { AddressInfo } from "node:net";
import { type Behaviour, behaviourAt } from "./behaviour.ts";
import type { Effect, Ledger } from "./ledger.ts";

export type Receiver = {
  readonly url: string;
  readonly ledger: Ledger;
  /** Milliseconds since the receiver started: the ledger's clock. */
  readonly nowMs: () => number;
  /** From now on every delivery is taken at once. */
  readonly heal: () => void;
  readonly stop: () => Promise<void>;
};

type Mutable<Value> = { -readonly [Name in keyof Value]: Value[Name] };
type OpenLedger = { readonly behaviour: Behaviour; readonly effects: Mutable<Effect>[] };

/** Longer than any client keeps a connection unused, so that none is closed under a delivery. */
const KEEP_ALIVE_MS = 600_000;

/** Starts what the jobs of a campaign deliver to, on 127.0.0.1: it behaves as each job's URL says, and notes every delivery. */
export const startReceiver = async (): Promise<Receiver> => {
  const jobs = new Map<string, OpenLedger>();
  const startedMs = performance.now();
  const nowMs = (): number => performance.now() - startedMs;
  let isHealed = false;

  const receive = (request: IncomingMessage, response: ServerResponse): void => {
    const id = String(request.headers["webhook-id"]);
    const behaviour = behaviourAt(request.url ?? "") ?? { kind: "ok", times: 0 };
    const job = jobs.get(id) ?? { behaviour, effects: [] };
    jobs.set(id, job);
    const earlier = job.effects.length;
    const effect: Mutable<Effect> = { startMs: nowMs(), endMs: Number.POSITIVE_INFINITY, status: undefined };
    job.effects.push(effect);
    const answer = (status: number, headers = {}): void => {
      if (effect.endMs < Number.POSITIVE_INFINITY) return;
      effect.endMs = nowMs();
      effect.status = status;
      response.writeHead(status, headers).end();
    };
    response.once("close", () => {
      effect.endMs = Math.min(effect.endMs, nowMs());
    });
    request.resume().once("end", () => {
      if (isHealed) answer(200);
      else behave(behaviour, earlier, answer);
    });
  };

  const server = createServer({ keepAliveTimeout: KEEP_ALIVE_MS }, receive);
  await new Promise<void>((resolve, reject) => {
    server.once("error", reject).listen(0, "127.0.0.1", resolve);
  });
  return {
    url: `http://127.0.0.1:${(server.address() as AddressInfo).port}`,
    ledger: jobs,
    nowMs,
    heal: () => {
      isHealed = true;
    },
    stop: async () => {
      const closed = new Promise((resolve) => server.close(resolve));
      server.closeAllConnections();
      await closed;
    },
  };
};

type AnswerDelivery = (status: number, headers?: Readonly<Record<string, string>>) => void;

/** @param earlier deliveries of the same job before this one */
const behave = ({ kind, times }: Behaviour, earlier: number, answer: AnswerDelivery): void => {
  if (kind === "slow") setTimeout(answer, times, 200);
  else if (kind === "broken") answer(500);
  else if (earlier >= times || kind === "ok" || kind === "poison") answer(200);
  else if (kind === "throttle") answer(earlier === 0 ? 429 : 503, { "retry-after": "1" });
  else if (kind === "fail") answer(500);
  else if (kind === "refuse") answer(400);
};
