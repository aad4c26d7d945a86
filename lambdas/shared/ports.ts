/** The clock: the only way in which modules learn the time or wait. */
export type Clock = {
  /** Milliseconds since the epoch. */
  readonly nowMs: () => number;
  /** Calls back once after a time; the returned function takes that back. */
  readonly after: (ms: number, call: () => void) => () => void;
};

/** The dice. */
export type Dice = {
  /** A number in [0, 1). */
  readonly fraction: () => number;
  readonly bytes: (count: number) => Uint8Array;
};
