import { seededRandom } from "./seeded-random.ts";

/** Hears of each fault as it is injected. @param where what it met, for a person */
export type OnFault = (name: string, where: string) => void;

type Drawn = { readonly name: string; readonly rate: number };

/** Decides which occasion meets which fault. */
export class FaultDraws {
  readonly #random: () => number;
  readonly #onFault: OnFault;
  #isOver = false;

  constructor(seed: number, onFault: OnFault) {
    this.#random = seededRandom(seed);
    this.#onFault = onFault;
  }

  /** Returns the fault that an occasion meets, at most one of those it could meet. */
  draw<F extends Drawn>(faults: readonly F[]): F | undefined {
    if (this.#isOver || faults.length === 0) return undefined;
    let left = this.#random();
    return faults.find(({ rate }) => {
      left -= rate;
      return left < 0;
    });
  }

  /** Says that a drawn fault now happens: only now it counts. */
  report({ name }: Drawn, where: string): void {
    this.#onFault(name, where);
  }

  /** As {@link draw}, for faults that happen as soon as they are drawn. */
  drawNow<F extends Drawn>(faults: readonly F[], where: string): F | undefined {
    const fault = this.draw(faults);
    if (fault !== undefined) this.report(fault, where);
    return fault;
  }

  /** Returns a number from the least to the most. */
  between(least: number, most: number): number {
    return least + this.#random() * (most - least);
  }

  /** From now on nothing meets a fault. */
  end(): void {
    this.#isOver = true;
  }
}
