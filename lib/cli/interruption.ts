/** Ctrl-C and its kin: the first asks to end well, a second ends at once. */
export type Interruption = {
  /** Resolves at the first signal. */
  readonly signalled: Promise<void>;
  readonly isSignalled: () => boolean;
  /** Takes the listeners away. */
  readonly release: () => void;
};

const SIGNALS = ["SIGINT", "SIGTERM", "SIGHUP"] as const;
const INTERRUPTED = 130;

/** Listens for signals until released. */
export const listenForInterruption = (): Interruption => {
  const { promise, resolve } = Promise.withResolvers<void>();
  let count = 0;
  const onSignal = (): void => {
    count += 1;
    if (count > 1) process.exit(INTERRUPTED);
    resolve();
  };
  for (const signal of SIGNALS) process.on(signal, onSignal);
  const release = (): void => {
    for (const signal of SIGNALS) process.off(signal, onSignal);
  };
  return { signalled: promise, isSignalled: () => count > 0, release };
};
