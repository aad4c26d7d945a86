import { replacementCause } from "./callouts.ts";
import type { Comparison } from "./compare.ts";
import { changeText } from "./property-changes.ts";
import type { Change } from "./template-diff.ts";

/** Lines that are true of the same templates. */
type Section = { readonly heading: string; readonly lines: readonly string[] };

const SIGNS = { removed: "-", added: "+", changed: "~" } as const;
const KINDS = ["removed", "added", "changed"] as const;

/** Properties of one resource that are shown. */
const MOST_PROPERTIES = 12;

/** Writes for a terminal what differs: first what a reader must not miss. Empty where nothing does. */
export const summaryText = (comparisons: readonly Comparison[]): string =>
  sectionsOf(comparisons)
    .map(({ heading, lines }) => [heading, ...lines.map((line) => `  ${line}`)].join("\n"))
    .join("\n\n");

/** Writes the same as Markdown. */
export const summaryMarkdown = (comparisons: readonly Comparison[]): string =>
  sectionsOf(comparisons)
    .map(({ heading, lines }) => [`#### ${heading}`, "", ...fenced(lines)].join("\n"))
    .join("\n\n");

/** Puts lines in a block that no line can end. */
const fenced = (lines: readonly string[]): readonly string[] => {
  const longest = Math.max(2, ...lines.flatMap((line) => (line.match(/`+/g) ?? []).map((run) => run.length)));
  const fence = "`".repeat(longest + 1);
  return [`${fence}diff`, ...lines, fence];
};

const sectionsOf = (comparisons: readonly Comparison[]): readonly Section[] => {
  const callouts = comparisons.flatMap((comparison) =>
    comparison.callouts.map((callout) => ({ key: callout, callout, name: nameOf(comparison) })),
  );
  const changes = comparisons.flatMap((comparison) =>
    comparison.changes.map((change) => ({ key: keyOf(change), change, name: nameOf(comparison) })),
  );
  return [
    ...byNames(callouts).map(([names, lines]) => ({
      heading: `Look at this first: ${names}`,
      lines: lines.map(({ callout }) => callout),
    })),
    ...byNames(changes).map(([names, given]) => {
      const alike = given.map(({ change }) => change);
      return { heading: `${names}: ${countsOf(alike)}`, lines: linesOf(alike) };
    }),
  ];
};

/** Returns `dev.pipeline` of `dev.pipeline.json`. */
const nameOf = ({ file, state }: Comparison): string => {
  const name = file.replace(/\.json$/, "");
  return state === "new" || state === "gone" ? `${name} (${state})` : name;
};

/** Says once what is true of several templates: stages mostly change together. */
const byNames = <Entry extends { readonly key: string; readonly name: string }>(
  entries: readonly Entry[],
): readonly (readonly [string, readonly Entry[]])[] => {
  const known = [...Map.groupBy(entries, ({ key }) => key).values()];
  const namesOf = (alike: readonly Entry[]): string => [...new Set(alike.map(({ name }) => name))].join(", ");
  return [...Map.groupBy(known, namesOf)].map(([names, groups]) => [names, groups.flatMap(([first]) => first ?? [])]);
};

const keyOf = ({ kind, id, type, path, properties }: Change): string =>
  JSON.stringify([kind, id, type, path, properties]);

const countsOf = (changes: readonly Change[]): string =>
  KINDS.map((wanted) => ({ wanted, count: changes.filter(({ kind }) => kind === wanted).length }))
    .filter(({ count }) => count > 0)
    .map(({ wanted, count }) => `${count} ${wanted}`)
    .join(", ");

/** Writes resources of the same type that changed in the same way as one. */
const linesOf = (changes: readonly Change[]): readonly string[] =>
  [...Map.groupBy(changes, alikeKey).values()].flatMap((alike) => {
    const [first] = alike;
    return first === undefined ? [] : [...alike.map(titleOf), ...propertyLines(first)];
  });

const alikeKey = ({ kind, id, type, properties }: Change): string =>
  kind === "changed" ? JSON.stringify([type, properties]) : id;

const titleOf = (change: Change): string => {
  const { kind, id, type, path } = change;
  const place = path === undefined ? "" : ` (${path})`;
  const replaced = replacementCause(change) === undefined ? "" : ", replaced by a new one";
  return `${SIGNS[kind]} ${id}  ${type}${place}${replaced}`;
};

const propertyLines = ({ properties }: Change): readonly string[] => {
  const more = properties.length - MOST_PROPERTIES;
  const lines = properties.slice(0, MOST_PROPERTIES).map((property) => `      ${changeText(property)}`);
  return more > 0 ? [...lines, `      … and ${more} more`] : lines;
};
