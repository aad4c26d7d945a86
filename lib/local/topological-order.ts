/**
 * Returns names in an order in which each comes after all that it depends on; otherwise they keep their order.
 *
 * Dependencies on unknown names are passed over.
 *
 * @throws what `cycle` makes of the names of a cycle, the first repeated at the end
 */
export const topologicalOrder = (
  names: readonly string[],
  dependenciesOf: (name: string) => Iterable<string>,
  cycle: (path: readonly string[]) => Error,
): readonly string[] => {
  const known = new Set(names);
  const done = new Set<string>();
  const path: string[] = [];
  const visit = (name: string): void => {
    if (done.has(name) || !known.has(name)) return;
    if (path.includes(name)) throw cycle([...path.slice(path.indexOf(name)), name]);
    path.push(name);
    for (const dependency of dependenciesOf(name)) visit(dependency);
    path.pop();
    done.add(name);
  };
  for (const name of names) visit(name);
  return [...done];
};
