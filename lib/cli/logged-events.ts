/** Returns the events of one name among what a function logged, as `lambdas/shared/log.ts` writes them: one line of JSON each. */
export const loggedEvents = <Event extends object>(text: string, name: string): readonly Partial<Event>[] =>
  text
    .split("\n")
    .filter((line) => line.includes(`"${name}"`))
    .map((line) => eventIn<Event>(line));

const eventIn = <Event extends object>(line: string): Partial<Event> => {
  try {
    return JSON.parse(line.slice(line.indexOf("{"))) as Partial<Event>;
  } catch {
    // A line that was cut tells nothing.
    return {};
  }
};
