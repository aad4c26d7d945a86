import { Worker } from "node:worker_threads";
import { SluiceError } from "../../core/errors.ts";
import { ACCOUNT_ID, LOOPBACK, REGION } from "../aws.ts";
import type { MetricPoint } from "../metrics.ts";
import { portInUse } from "../port-in-use.ts";
import type { FromStore, QueueDepth, QueueMessage, StoreRequest, ToStore } from "./messages.ts";

type Waiting = {
  readonly resolve: (messages: readonly QueueMessage[]) => void;
  readonly reject: (error: Error) => void;
};

/**
 * Starts the thread that holds a run's data, listening on the port.
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
  const listening = Promise.withResolvers<number>();
  thread.once("error", listening.reject);
  thread.once("message", (message: FromStore) => {
    if (message.kind === "listening") listening.resolve(message.port);
    else if (message.kind === "failed") {
      listening.reject(message.code === "EADDRINUSE" ? portInUse(port, "awsPort") : new Error(message.message));
    }
  });
  try {
    return new Store(thread, await listening.promise, onFailure);
  } catch (error) {
    await thread.terminate();
    throw error;
  }
};

/** The thread that holds a run's data, as the main thread sees it. */
export class Store {
  /** Where AWS's calls are answered. */
  readonly url: string;
  readonly #thread: Worker;
  readonly #waiting = new Map<number, Waiting>();
  readonly #depths = new Map<string, QueueDepth>();
  #lastId = 0;
  #isOpen = true;

  constructor(thread: Worker, port: number, onFailure: (error: Error) => void) {
    this.url = `http://${LOOPBACK}:${port}`;
    this.#thread = thread;
    thread.on("message", (message: FromStore) => this.#hear(message));
    thread.on("error", (cause) => {
      const error = cause instanceof Error ? cause : new Error(String(cause));
      this.#end(error);
      onFailure(error);
    });
  }

  /** Receives messages from a queue, waiting for the first of them. */
  receive(queueName: string, maxMessages: number, waitMs: number): Promise<readonly QueueMessage[]> {
    return this.#ask({ kind: "receive", queueName, maxMessages, waitMs });
  }

  async remove(queueName: string, receiptHandles: readonly string[]): Promise<void> {
    await this.#ask({ kind: "delete", queueName, receiptHandles });
  }

  /** Ends all receives that wait: they answer with what there is. */
  wake(): void {
    this.#tell({ kind: "wake" });
  }

  /** Returns what a queue held a moment ago. */
  depthOf(queueName: string): QueueDepth {
    const empty = { queueName, visible: 0, inFlight: 0, delayed: 0, oldestSentAtMs: undefined };
    return this.#depths.get(queueName) ?? empty;
  }

  /** Adds to the metrics that CloudWatch's callers see. */
  publish(points: readonly MetricPoint[]): void {
    this.#tell({ kind: "metrics", points });
  }

  /** Closes the port and ends the thread. */
  async stop(): Promise<void> {
    if (this.#isOpen) await this.#ask({ kind: "stop" });
    this.#end(CLOSED);
    await this.#thread.terminate();
  }

  #hear(message: FromStore): void {
    switch (message.kind) {
      case "depths":
        for (const depth of message.depths) this.#depths.set(depth.queueName, depth);
        break;
      case "answer":
        this.#waiting.get(message.id)?.resolve(message.messages);
        this.#waiting.delete(message.id);
        break;
      case "refusal":
        this.#waiting.get(message.id)?.reject(new SluiceError("StoreRefused", message.message));
        this.#waiting.delete(message.id);
    }
  }

  #ask(request: StoreRequest): Promise<readonly QueueMessage[]> {
    if (!this.#isOpen) return Promise.reject(CLOSED);
    const { promise, resolve, reject } = Promise.withResolvers<readonly QueueMessage[]>();
    this.#lastId += 1;
    this.#waiting.set(this.#lastId, { resolve, reject });
    this.#tell({ kind: "request", id: this.#lastId, request });
    return promise;
  }

  #tell(message: ToStore): void {
    this.#thread.postMessage(message);
  }

  #end(error: Error): void {
    this.#isOpen = false;
    for (const { reject } of this.#waiting.values()) reject(error);
    this.#waiting.clear();
  }
}

const CLOSED = new SluiceError("StoreClosed", "the run must not be stopped, got a call after its end");
