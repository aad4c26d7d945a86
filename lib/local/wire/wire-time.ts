/** A time in an answer: each protocol writes it its own way. */
export class WireTime {
  /** Since 1970. */
  readonly seconds: number;

  constructor(ms: number) {
    this.seconds = ms / 1_000;
  }

  /** As the JSON protocol writes it. */
  toJSON(): number {
    return this.seconds;
  }
}

/** An answer before it is written. */
export type WireValue =
  | string
  | number
  | boolean
  | null
  | undefined
  | WireTime
  | readonly WireValue[]
  | { readonly [name: string]: WireValue };

export type WireObject = { readonly [name: string]: WireValue };
