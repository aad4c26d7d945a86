import type { Clock } from "./ports.ts";

/**
 * Gives work up that takes too long: its signal aborts then, and it is no longer waited for.
 *
 * @throws what the work throws, or Error when its time is up
 */
export const within = async <Result>(
  clock: Clock,
  limitMs: number,
  work: (signal: AbortSignal) => Promise<Result>,
): Promise<Result> => {
  const controller = new AbortController();
  const over = Promise.withResolvers<never>();
  const cancelTimer = clock.after(limitMs, () => {
    const error = new Error(`it must take at most ${limitMs} ms, and did not end`);
    over.reject(error);
    controller.abort(error);
  });
  try {
    return await Promise.race([work(controller.signal), over.promise]);
  } finally {
    cancelTimer();
  }
};
