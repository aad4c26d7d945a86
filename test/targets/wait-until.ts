import { setTimeout as sleep } from "node:timers/promises";

/**
 * Looks again and again until what is seen is as expected.
 *
 * @param expectation what is waited for, as the error would say it
 * @throws Error with what was seen last, when the signal ends the wait
 */
export const waitUntil = async <Seen>(
  expectation: string,
  look: () => Promise<Seen>,
  isSo: (seen: Seen) => boolean,
  { signal, everyMs }: { readonly signal: AbortSignal; readonly everyMs: number },
): Promise<Seen> => {
  let seen: Seen | undefined;
  try {
    for (;;) {
      seen = await look();
      if (isSo(seen)) return seen;
      await sleep(everyMs, undefined, { signal });
    }
  } catch (error) {
    if (!signal.aborted) throw error;
    throw new Error(`${expectation}: not in time; seen last: ${excerpt(seen)}`);
  }
};

const EXCERPT_LENGTH = 600;

const excerpt = (value: unknown): string => (JSON.stringify(value) ?? "nothing").slice(0, EXCERPT_LENGTH);
