/**
 * Waits for a promise, but no longer than some milliseconds.
 *
 * @throws Error named `TimeoutError`
 */
export const within = async <Result>(milliseconds: number, promise: Promise<Result>): Promise<Result> => {
  const { promise: late, reject } = Promise.withResolvers<never>();
  const timer = setTimeout(() => {
    reject(Object.assign(new Error(`no answer within ${milliseconds / 1_000} s`), { name: "TimeoutError" }));
  }, milliseconds);
  try {
    return await Promise.race([promise, late]);
  } finally {
    clearTimeout(timer);
  }
};
