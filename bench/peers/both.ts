export type Name = "Sluice" | "Powertools";
export type Both<T> = Readonly<Record<Name, T>>;
export const NAMES: readonly Name[] = ["Sluice", "Powertools"];

export const both = async <T>(make: (name: Name) => Promise<T>): Promise<Both<T>> => ({
  Sluice: await make("Sluice"),
  Powertools: await make("Powertools"),
});

/**
 * Asks both in turn, so that what else the machine does falls on both, and lets each go first as often as the other:
 * whoever comes second finds the machine's caches warm.
 */
export const inTurn = async <T>(
  rounds: number,
  ask: (name: Name, round: number) => Promise<T>,
): Promise<Both<readonly T[]>> => {
  const samples: Both<T[]> = { Sluice: [], Powertools: [] };
  for (let round = 0; round < rounds; round += 1) {
    for (const name of round % 2 === 0 ? NAMES : NAMES.toReversed()) samples[name].push(await ask(name, round));
  }
  return samples;
};

const median = (samples: readonly number[]): number => {
  const sorted = [...samples].sort((one, other) => one - other);
  const middle = sorted.length / 2;
  return ((sorted[Math.ceil(middle) - 1] ?? 0) + (sorted[Math.floor(middle)] ?? 0)) / 2;
};

/** Both medians, and the median of the ratios of neighbours. */
export const compared = <T>(
  what: string,
  { Sluice, Powertools }: Both<readonly T[]>,
  figure: (sample: T) => number,
): Readonly<Record<string, number>> => {
  const ours = Sluice.map(figure);
  const theirs = Powertools.map(figure);
  return {
    [`${what}, Sluice`]: median(ours),
    [`${what}, Powertools`]: median(theirs),
    [`${what}, ratio`]: median(ours.map((value, at) => value / (theirs[at] ?? Number.NaN))),
  };
};

export const once = <T>({ Sluice, Powertools }: Both<T>): Both<readonly T[]> => ({
  Sluice: [Sluice],
  Powertools: [Powertools],
});
