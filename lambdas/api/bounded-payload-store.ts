import type { PayloadStore } from "../shared/payload-store.ts";
import type { Clock } from "../shared/ports.ts";

/** The longest that one call may take, in milliseconds: a redrive makes two, and sends after that. */
const WITHIN_MS = 4_000;

/** Gives up each call to a payload store in time, so that the request can still be answered with what did not work. */
export const boundedPayloadStore = (payloads: PayloadStore, clock: Clock): PayloadStore => {
  const inTime = async <Result>(call: Promise<Result>): Promise<Result> => {
    const over = Promise.withResolvers<never>();
    const error = new Error(`the payload bucket must answer within ${WITHIN_MS} ms, and did not`);
    const cancel = clock.after(WITHIN_MS, () => over.reject(error));
    try {
      return await Promise.race([call, over.promise]);
    } finally {
      cancel();
    }
  };
  return {
    put: (key, json) => inTime(payloads.put(key, json)),
    get: (reference) => inTime(payloads.get(reference)),
  };
};
