/**
 * Maps items by calls of which at most so many are under way at once; results are in the order of the items.
 *
 * @throws what a call throws first; the others go on
 */
export const mapAtOnce = async <Item, Result>(
  most: number,
  items: readonly Item[],
  map: (item: Item, index: number) => Promise<Result>,
): Promise<readonly Result[]> => {
  const results = new Array<Result>(items.length);
  const waiting = items.entries();
  const lane = async (): Promise<void> => {
    for (const [index, item] of waiting) results[index] = await map(item, index);
  };
  await Promise.all(Array.from({ length: Math.min(most, items.length) }, lane));
  return results;
};
