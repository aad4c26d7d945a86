import { Worker } from "node:worker_threads";
import { SluiceError } from "../../core/errors.ts";
import type { AlarmSettings } from "../alarm-settings.ts";
import type { AlarmChange, AlarmNotice } from "../alarms.ts";
import { ACCOUNT_ID, LOOPBACK, REGION } from "../aws.ts";
import type { OnFault } from "../faults/fault-draws.ts";
import type { FaultPlan } from "../faults/fault-plan.ts";
import { lambdaError } from "../lambda/lambda-answer.ts";
import type { MetricPoint } from "../metric-point.ts";
import { moduleBeside } from "../module-beside.ts";
import type { PassedTime } from "../movable-clock.ts";
import { portInUse } from "../port-in-use.ts";
import type {
  FoundData,
  FromStore,
  LambdaAnswer,
  LambdaCall,
  QueueDepth,
  QueueMessage,
  StoreRequest,
  ToStore,
} from "./messages.ts";

type Listening = Extract<FromStore, { readonly kind: "listening" }>;
type Failed = Extract<FromStore, { readonly kind: "failed" }>;

type AnswerLambda = (call: LambdaCall) => Promise<LambdaAnswer>;

/** Who hears of alarms. */
export type AlarmListener = {
  readonly onChange: (change: AlarmChange) => void;
  readonly onNotice: (notice: AlarmNotice) => void;
};

type Waiting = {
  readonly resolve: (messages: readonly QueueMessage[]) => void;
  readonly reject: (error: Error) => void;
};

/** What goes wrong on purpose where the data is, and who hears of it. */
export type FaultsOfStore = {
  readonly plan: FaultPlan;
  readonly onFault: OnFault;
  /** Called when an environment must die. @param environment its access key id */
  readonly onCrash: (environment: string) => void;
};

/**
 * Starts the thread that holds a run's data, listening on the port.
 *
 * @param onFailure called when the thread ends by itself
 * @param dataFolder where the data is kept; in memory where there is none
 * @param passed of a run whose time can be moved
 * @throws PortInUse, DataFolderInUse, DataFolderInvalid, DataFolderDamaged
 */
export const startStore = async (
  port: number,
  onFailure: (error: Error) => void,
  faults?: FaultsOfStore,
  dataFolder?: string,
  passed?: PassedTime,
): Promise<Store> => {
  const thread = new Worker(moduleBeside(import.meta.url, "store-thread"), {
    name: "store",
    workerData: { port, dataFolder, faults: faults?.plan, passed },
    env: { AWS_REGION: REGION, AWS_ACCOUNT_ID: ACCOUNT_ID },
    execArgv: [],
  });
  const listening = Promise.withResolvers<Listening>();
  thread.once("error", listening.reject);
  // Not just the first: a thread that counts much data may say other things before.
  const hear = (message: FromStore): void => {
    if (message.kind === "listening") listening.resolve(message);
    else if (message.kind === "failed") listening.reject(failureOf(message, port));
  };
  thread.on("message", hear);
  try {
    const heard = await listening.promise;
    thread.off("message", hear);
    return new Store(thread, heard, onFailure, faults);
  } catch (error) {
    await thread.terminate();
    throw error;
  }
};

const failureOf = ({ code, message, hint }: Failed, port: number): Error => {
  if (code === "EADDRINUSE") return portInUse(port, "--aws-port");
  return hint === undefined ? new Error(message) : new SluiceError(code, message, { hint });
};

/** The thread that holds a run's data, as the main thread sees it. */
export class Store {
  /** Where AWS's calls are answered. */
  readonly url: string;
  /** What an earlier run left; nothing is said of a run that keeps its data in memory. */
  readonly found: FoundData | undefined;
  readonly #thread: Worker;
  readonly #waiting = new Map<number, Waiting>();
  readonly #depths = new Map<string, QueueDepth>();
  readonly #faults: FaultsOfStore | undefined;
  #answerLambda: AnswerLambda = async () => NOT_YET;
  #alarmListener: AlarmListener | undefined;
  #lastId = 0;
  #isOpen = true;

  constructor(thread: Worker, { port, found }: Listening, onFailure: (error: Error) => void, faults?: FaultsOfStore) {
    this.url = `http://${LOOPBACK}:${port}`;
    this.found = found;
    this.#thread = thread;
    this.#faults = faults;
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

  /** Watches alarms from now on. */
  watchAlarms(alarms: readonly AlarmSettings[], listener: AlarmListener): void {
    this.#alarmListener = listener;
    this.#tell({ kind: "alarms", alarms });
  }

  /** Says who answers calls of Lambda; until then they are told to come again. */
  answerLambdaBy(answer: AnswerLambda): void {
    this.#answerLambda = answer;
  }

  /** From now on nothing goes wrong on purpose. */
  endFaults(): void {
    this.#tell({ kind: "end-faults" });
  }

  /** Passes over a time: afterwards alarms have looked at the metrics up to then. */
  async pass(ms: number): Promise<void> {
    await this.#ask({ kind: "pass", ms });
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
      case "alarm-changed":
        this.#alarmListener?.onChange(message.change);
        break;
      case "alarm-notice":
        this.#alarmListener?.onNotice(message.notice);
        break;
      case "lambda-call":
        void this.#callLambda(message.id, message.call);
        break;
      case "answer":
        this.#waiting.get(message.id)?.resolve(message.messages);
        this.#waiting.delete(message.id);
        break;
      case "refusal":
        this.#waiting.get(message.id)?.reject(new SluiceError("StoreRefused", message.message));
        this.#waiting.delete(message.id);
        break;
      case "fault":
        this.#faults?.onFault(message.name, message.where);
        break;
      case "crash":
        this.#faults?.onCrash(message.environment);
    }
  }

  async #callLambda(id: number, call: LambdaCall): Promise<void> {
    const answer = await this.#answerLambda(call).catch(failed);
    if (this.#isOpen) this.#tell({ kind: "lambda-answer", id, answer });
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

const NOT_YET = lambdaError("ServiceException", "the run is starting: try again");

const failed = (error: unknown): LambdaAnswer =>
  lambdaError("ServiceException", error instanceof Error ? error.message : String(error));

const CLOSED = new SluiceError("StoreClosed", "the run must not be stopped, got a call after its end");
