import { existsSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { isDeepStrictEqual } from "node:util";
import { type Comparison, compareSnapshots } from "./compare.ts";
import { promisedIds, readSnapshots, type Snapshots, stageOf, textOfFile } from "./snapshot.ts";
import { summaryMarkdown, summaryText } from "./summary.ts";

/** What stands between the templates and the reviewed ones. */
export type Review = {
  readonly comparisons: readonly Comparison[];
  /** Logical ids of what holds state, that were promised and are no longer there. */
  readonly lostIds: readonly string[];
  /** Names of files that are not as they would be written now. */
  readonly differing: readonly string[];
};

const PROMISES = "stateful-ids.json";

/** Compares templates with the reviewed ones in a folder. @param stages which of them to look at @default all */
export const reviewTemplates = (folder: string, templates: Snapshots, stages?: readonly string[]): Review => {
  const isMeant = (stage: string): boolean => stages?.includes(stage) ?? true;
  const reviewed = new Map([...readSnapshots(folder)].filter(([file]) => isMeant(stageOf(file))));
  const comparisons = compareSnapshots(reviewed, templates);
  const promised = Object.fromEntries(Object.entries(readPromises(folder)).filter(([stage]) => isMeant(stage)));
  const promises = promisedIds(templates);
  const changed = comparisons.filter(({ state }) => state !== "same").map(({ file }) => file);
  const differing = isDeepStrictEqual(promised, promises) ? changed : [...changed, PROMISES];
  return { comparisons, lostIds: lostOf(promised, promises), differing };
};

type Promises = ReturnType<typeof promisedIds>;

const readPromises = (folder: string): Promises => {
  const file = join(folder, PROMISES);
  return existsSync(file) ? JSON.parse(readFileSync(file, "utf8")) : {};
};

const lostOf = (before: Promises, after: Promises): readonly string[] => {
  const lost = Object.entries(before).flatMap(([stage, stacks]) =>
    Object.entries(stacks).flatMap(([stack, ids]) => ids.filter((id) => !after[stage]?.[stack]?.includes(id))),
  );
  return [...new Set(lost)].sort();
};

/** Makes templates the reviewed ones. Returns the names of the files that changed. */
export const acceptTemplates = (folder: string, templates: Snapshots): readonly string[] => {
  const { differing } = reviewTemplates(folder, templates);
  for (const file of differing) {
    const content = file === PROMISES ? promisedIds(templates) : templates.get(file);
    if (content === undefined) rmSync(join(folder, file));
    else writeFileSync(join(folder, file), textOfFile(content));
  }
  return differing;
};

/** The command that makes the templates the reviewed ones; it names what holds state and would be let go. */
export const acceptCommand = ({ lostIds }: Review): string =>
  ["npm run templates -- --accept", ...(lostIds.length > 0 ? [`--let-go ${lostIds.join(",")}`] : [])].join(" ");

/** Writes for a terminal what differs and how to accept it; undefined where nothing differs. */
export const reviewText = (review: Review): string | undefined =>
  review.differing.length === 0
    ? undefined
    : [headline(review), summaryText(review.comparisons), `Accept it with: ${acceptCommand(review)}`]
        .filter((part) => part !== "")
        .join("\n\n");

/** Writes the same as Markdown, also where nothing differs. */
export const reviewMarkdown = (review: Review): string =>
  review.differing.length === 0
    ? `### ${headline(review)}\n`
    : `${[
        `### ${headline(review)}`,
        summaryMarkdown(review.comparisons),
        `Accept it with \`${acceptCommand(review)}\` and commit \`test/snapshots\`.`,
      ]
        .filter((part) => part !== "")
        .join("\n\n")}\n`;

const headline = ({ comparisons, differing }: Review): string =>
  differing.length === 0
    ? `${comparisons.length} templates are as reviewed`
    : `Not as reviewed in test/snapshots: ${differing.join(", ")}`;
