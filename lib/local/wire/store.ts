import { Worker } from "node:worker_threads";
import { SluiceError } from "../../core/errors.ts";
import { ACCOUNT_ID, LOOPBACK, REGION } from "../aws.ts";
import type { MetricPoint } from "../metrics.ts";
import { portInUse } from "../port-in-use.ts";
import type { FromStore, QueueDepth, QueueMessage, StoreRequest, ToStore } from "./messages.ts";

/** The thread that holds a run's data, as the main thread sees it. */
export type Store = {
  /** Where AWS's calls are answered. */
  readonly url: string;
  receive(queueName: string, maxMessages: number, waitMs: number): Promise<readonly QueueMessage[]>;
  remove(queueName: string, receiptHandles: readonly string[]): Promise<void>;
  /** Ends all receives that wait. */
  wake(): void;
  /** What the queues held a moment ago. */
  depthOf(queueName: string): QueueDepth;
  publish(points: readonly MetricPoint[]): void;
  /** Closes the port and ends the thread. */
  stop(): Promise<void>;
};

type Waiting = {
  readonly resolve: (messages: readonly QueueMessage[]) => void;
  readonly reject: (error: Error) => void;
};

/**
 * Starts the store's thread, listening on the port.
 *
 * @param onFailure called when the thread ends by itself
 * @throws PortInUse
 */
export const startStore = async (port: number, onFailure: (error: Error) => void): Promise<Store> => {
  const thread = new Worker(new URL("./store-thread.ts", import.meta.url), {
    name: "store",
    workerData: { port },
    env: { AWS_REGION: REGION, AWS_ACCOUNT_ID: ACCOUNT_ID },
    execArgv: [],
  });
  const waiting = new Map<number, Waiting>();
  const depths = new Map<string, QueueDepth>();
  let lastId = 0;

  const listening = Promise.withResolvers<number>();
  thread.on("message", (message: FromStore) => {
    switch (message.kind) {
      case "listening":
        return listening.resolve(message.port);
      case "failed":
        return listening.reject(
          message.code === "EADDRINUSE" ? portInUse(port, "awsPort") : new Error(message.message),
        );
      case "depths":
        for (const depth of message.depths) depths.set(depth.queueName, depth);
        return;
      case "answer":
        waiting.get(message.id)?.resolve(message.messages);
        break;
      case "refusal":
        waiting.get(message.id)?.reject(new SluiceError("StoreRefused", message.message));
    }
    waiting.delete(message.id);
  });
  let isOpen = true;
  const end = (error: Error): void => {
    isOpen = false;
    listening.reject(error);
    for (const { reject } of waiting.values()) reject(error);
    waiting.clear();
  };
  thread.on("error", (error) => {
    end(asError(error));
    onFailure(asError(error));
  });

  const tell = (message: ToStore): void => thread.postMessage(message);
  const ask = (request: StoreRequest): Promise<readonly QueueMessage[]> => {
    if (!isOpen) return Promise.reject(CLOSED);
    const { promise, resolve, reject } = Promise.withResolvers<readonly QueueMessage[]>();
    lastId += 1;
    waiting.set(lastId, { resolve, reject });
    tell({ kind: "request", id: lastId, request });
    return promise;
  };

  let openPort: number;
  try {
    openPort = await listening.promise;
  } catch (error) {
    await thread.terminate();
    throw error;
  }
  return {
    url: `http://${LOOPBACK}:${openPort}`,
    receive: (queueName, maxMessages, waitMs) => ask({ kind: "receive", queueName, maxMessages, waitMs }),
    remove: async (queueName, receiptHandles) => {
      await ask({ kind: "delete", queueName, receiptHandles });
    },
    wake: () => tell({ kind: "wake" }),
    depthOf: (queueName) => depths.get(queueName) ?? { queueName, ...EMPTY },
    publish: (points) => tell({ kind: "metrics", points }),
    stop: async () => {
      if (isOpen) await ask({ kind: "stop" });
      end(CLOSED);
      await thread.terminate();
    },
  };
};

const CLOSED = new SluiceError("StoreClosed", "the run must not be stopped, got a call after its end");

const asError = (error: unknown): Error => (error instanceof Error ? error : new Error(String(error)));

const EMPTY = { visible: 0, inFlight: 0, delayed: 0, oldestSentAtMs: undefined };
