import type { PayloadReference } from "../../lib/core/payload.ts";

/** Keeps inputs and results that are too large for a message or a record. */
export type PayloadStore = {
  /** Keeps a value. @param json the value as JSON */
  readonly put: (key: string, json: string) => Promise<PayloadReference>;
  /**
   * Reads a value back, and checks that it is what was kept.
   *
   * @throws PayloadUnusable when it is gone or is not what the reference says; anything else means that the store did
   * not answer, and that a later try may help
   */
  readonly get: (reference: PayloadReference) => Promise<unknown>;
};

/** What a reference points at is gone, or is something else: no retry can help. */
export class PayloadUnusable extends Error {
  constructor(message: string, options?: { cause?: unknown }) {
    super(message, options);
    this.name = "PayloadUnusable";
  }
}
