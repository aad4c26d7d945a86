import type { Cancel, Clock } from "./clock.ts";

/** How much time was passed over, in milliseconds: memory that all threads of a run see. */
export type PassedTime = SharedArrayBuffer;

type Timer = { readonly dueMs: number; readonly run: () => void; handle: NodeJS.Timeout };

/** This machine's, whatever else a thread is told. */
const trueNow = Date.now;

/** A clock that goes with this machine's, and that can be moved forward: what is due then runs once. */
export class MovableClock implements Clock {
  /** For clocks in other threads, which then show the same time. */
  readonly passed: PassedTime;
  readonly #passed: BigInt64Array;
  readonly #timers = new Set<Timer>();

  constructor(passed: PassedTime = new SharedArrayBuffer(BigInt64Array.BYTES_PER_ELEMENT)) {
    this.passed = passed;
    this.#passed = new BigInt64Array(passed);
  }

  nowMs(): number {
    return trueNow() + Number(Atomics.load(this.#passed, 0));
  }

  after(delayMs: number, run: () => void): Cancel {
    const dueMs = this.nowMs() + delayMs;
    const timer: Timer = { dueMs, run, handle: setTimeout(() => this.#run(timer), delayMs) };
    this.#timers.add(timer);
    return () => this.#forget(timer);
  }

  /** Moves all clocks of this passed time forward, and runs what is due by this one. */
  pass(ms: number): void {
    Atomics.add(this.#passed, 0, BigInt(Math.round(ms)));
    this.runDue();
  }

  /** Runs what is due, the earliest first: after another thread has moved the time. */
  runDue(): void {
    const nowMs = this.nowMs();
    const timers = [...this.#timers].sort((one, other) => one.dueMs - other.dueMs);
    for (const timer of timers.filter(({ dueMs }) => dueMs > nowMs)) {
      clearTimeout(timer.handle);
      timer.handle = setTimeout(() => this.#run(timer), timer.dueMs - nowMs);
    }
    // One may cancel another.
    for (const timer of timers) if (timer.dueMs <= nowMs && this.#timers.has(timer)) this.#run(timer);
  }

  #run(timer: Timer): void {
    this.#forget(timer);
    timer.run();
  }

  #forget(timer: Timer): void {
    clearTimeout(timer.handle);
    this.#timers.delete(timer);
  }
}
