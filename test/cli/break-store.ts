import { Worker } from "node:worker_threads";
import { vi } from "vitest";

/** Returns a function that makes the store of the run that was started since then fail, as an error that nobody catches would. */
export const storeBreaker = (): (() => void) => {
  const told = vi.spyOn(Worker.prototype, "postMessage");
  return () => {
    // Only a store is told of alarms.
    const place = told.mock.calls.findIndex(([message]) => message?.kind === "alarms");
    const store = told.mock.contexts[place];
    // No message: to read its kind throws.
    if (store instanceof Worker) store.postMessage(null);
  };
};
