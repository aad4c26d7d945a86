/** Writes JSON in which equal values always read the same: an object's members are sorted by name. */
export const canonicalJson = (value: unknown): string =>
  JSON.stringify(value, (_name, member: unknown) => {
    if (typeof member !== "object" || member === null || Array.isArray(member)) return member;
    return Object.fromEntries(Object.entries(member).sort(([one], [other]) => (one < other ? -1 : 1)));
  }) ?? "null";
