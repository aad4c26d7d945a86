/** Jobs that are read or ended at one time: no API's throttle is met by that. */
const WORKERS = 8;

/** Does something with each value, a few at a time. */
export const fewAtOnce = async <Value>(
  values: Iterable<Value>,
  act: (value: Value) => Promise<void>,
): Promise<void> => {
  const rest = [...values].values();
  const work = async (): Promise<void> => {
    for (const value of rest) await act(value);
  };
  await Promise.all(Array.from({ length: WORKERS }, work));
};
