/** Something that works otherwise than on AWS. */
export type Difference = {
  /** CloudFormation's name of the resource type. */
  readonly type: string;
  /** The properties that ask for it, or what it is about. */
  readonly property: string;
  readonly why: string;
};

/** Returns each difference once: by type, the properties of one reason together. */
export const groupDifferences = (differences: readonly Difference[]): readonly Difference[] => {
  const groups = Map.groupBy(differences, ({ type, why }) => JSON.stringify([type, why]));
  return [...groups.values()]
    .flatMap((group) => group.slice(0, 1).map((first) => ({ ...first, property: namesOf(group) })))
    .sort((left, right) => left.type.localeCompare(right.type));
};

const namesOf = (differences: readonly Difference[]): string =>
  [...new Set(differences.map(({ property }) => property))].join(", ");
