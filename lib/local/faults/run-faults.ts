import { SluiceError } from "../../core/errors.ts";
import type { Store } from "../wire/store.ts";
import { FaultDraws, type OnFault } from "./fault-draws.ts";
import { type EnvironmentFault, type FaultPlan, faultsAt, type InvocationFault } from "./fault-plan.ts";

type MappingStore = Pick<Store, "receive" | "remove">;

/** The faults of a run that meet event source mappings, invocations and environments. */
export class RunFaults {
  readonly plan: FaultPlan;
  readonly onFault: OnFault;
  readonly #draws: FaultDraws;
  readonly #invocationFaults: readonly InvocationFault[];
  readonly #environmentFaults: readonly EnvironmentFault[];
  #crash: (environment: string) => void = () => undefined;

  constructor(plan: FaultPlan, onFault: OnFault) {
    this.plan = plan;
    this.onFault = onFault;
    this.#draws = new FaultDraws(plan.seed, onFault);
    this.#invocationFaults = faultsAt(plan, "answer");
    this.#environmentFaults = faultsAt(plan, "environment");
  }

  /** Says who can end an environment. @param crash takes its access key id */
  crashBy(crash: (environment: string) => void): void {
    this.#crash = crash;
  }

  /** Ends an environment. @param environment its access key id */
  onCrash(environment: string): void {
    this.#crash(environment);
  }

  /** Returns a store whose receives and deletes fail now and then. */
  disturb(store: MappingStore): MappingStore {
    const receives = faultsAt(this.plan, "receive");
    const deletes = faultsAt(this.plan, "delete");
    return {
      receive: async (queueName, maxMessages, waitMs) => {
        if (this.#draws.drawNow(receives, "the mapping's ReceiveMessage") !== undefined) throw REFUSED;
        return await store.receive(queueName, maxMessages, waitMs);
      },
      remove: async (queueName, receiptHandles) => {
        if (this.#draws.drawNow(deletes, "the mapping's DeleteMessageBatch") !== undefined) throw REFUSED;
        await store.remove(queueName, receiptHandles);
      },
    };
  }

  /** Tells whether an environment dies now that its invocation is done. */
  losesAnswer(functionName: string): boolean {
    return this.#draws.drawNow(this.#invocationFaults, functionName) !== undefined;
  }

  /** By how much a new environment's clock is wrong. */
  clockOffMs(functionName: string): number | undefined {
    const fault = this.#draws.drawNow(this.#environmentFaults, functionName);
    return fault === undefined ? undefined : Math.round(this.#draws.between(-fault.clockOffByMs, fault.clockOffByMs));
  }

  /** From now on nothing meets a fault. */
  end(): void {
    this.#draws.end();
  }
}

const REFUSED = new SluiceError("FaultInjected", "the queue must answer, got a fault that was asked for");
