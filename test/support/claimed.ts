import type { Claimed } from "../../lambdas/worker/record-store.ts";
import type { Envelope } from "../../lib/core/envelope.ts";
import { RANDOM_BYTES, randomJobId } from "../../lib/core/job-id.ts";

/** The salt of the ids that tests make. */
export const SALT = "table";

/** A job as it comes from the queue. */
export const envelope = (
  overrides: Partial<Extract<Envelope, { readonly inputReference?: undefined }>> & { readonly seed?: number } = {},
): Envelope => {
  const { seed = 0, ...fields } = overrides;
  const type = fields.type ?? "echo";
  const id = randomJobId(SALT, type, seed, new Uint8Array(RANDOM_BYTES).fill(seed % 256));
  return { version: 1, id, type, submittedAt: "2026-11-22T09:59:00.000Z", input: {}, ...fields };
};

/** A job that was claimed for the first time. */
export const claimed = (overrides: Partial<Claimed> = {}): Claimed => ({
  kind: "claimed",
  envelope: envelope(),
  attempt: 1,
  fence: 1,
  holder: "me",
  history: [],
  wasLost: false,
  isAlone: false,
  isCancelRequested: false,
  ...overrides,
});
