import type { RequestListener } from "node:http";
import { systemClock } from "../clock.ts";
import { withCallFaults } from "./call-faults.ts";
import { FaultDraws, type OnFault } from "./fault-draws.ts";
import { type FaultPlan, faultsAt } from "./fault-plan.ts";
import { MessageFaults } from "./message-faults.ts";

/** The faults of a run that meet calls of AWS's services and the messages of queues, where the data is. */
export class StoreFaults {
  readonly messages: MessageFaults;
  readonly #plan: FaultPlan;
  readonly #draws: FaultDraws;
  readonly #crash: (environment: string) => void;

  /** @param crash ends an environment, by its access key id */
  constructor(plan: FaultPlan, { onFault, crash }: { onFault: OnFault; crash: (environment: string) => void }) {
    this.#plan = plan;
    // Not the numbers that the other thread draws.
    this.#draws = new FaultDraws(~plan.seed, onFault);
    this.#crash = crash;
    this.messages = new MessageFaults({ faults: faultsAt(plan, "message"), draws: this.#draws, clock: systemClock });
  }

  /** Returns services whose callers meet faults. @param portOf of the services */
  disturb(services: RequestListener, portOf: () => number): RequestListener {
    const faults = faultsAt(this.#plan, "call");
    return withCallFaults(services, { faults, draws: this.#draws, portOf, crash: this.#crash });
  }

  /** From now on nothing meets a fault; what was held or is on its way still comes. */
  end(): void {
    this.#draws.end();
  }
}
