import { acceptedIn, addSignals, NO_SIGNALS, type SignalCounts } from "../../lib/core/signals.ts";

/** What one invocation has met so far. */
export class InvocationTally {
  #signals = NO_SIGNALS;
  #deaths = 0;

  get signals(): SignalCounts {
    return this.#signals;
  }

  /** Half of the attempts, or more, were refused. */
  get isPressed(): boolean {
    const { pressure } = this.#signals;
    return pressure > 0 && pressure >= acceptedIn(this.#signals);
  }

  /** Jobs that ended dead. */
  get deaths(): number {
    return this.#deaths;
  }

  /** @param signals of one attempt */
  addAttempt(signals: SignalCounts): void {
    this.#signals = addSignals(this.#signals, signals);
  }

  addDeath(): void {
    this.#deaths += 1;
  }
}
