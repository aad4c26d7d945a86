import { appendFileSync } from "node:fs";
import { readOptions, UsageError } from "../../lib/cli/options.ts";
import { compareSnapshots } from "./compare.ts";
import { acceptCommand, acceptTemplates, reviewMarkdown, reviewTemplates, reviewText } from "./review.ts";
import { readSnapshots, type Snapshots } from "./snapshot.ts";
import { snapshotsAt } from "./snapshots-at.ts";
import { summaryMarkdown, summaryText } from "./summary.ts";

export const HELP = `Usage: npm run templates -- [options]

Synthesizes every stage of bin/stages.ts and compares the templates with the reviewed ones in test/snapshots. Says what
differs: first what could lose data, what opens or closes access and what protects it; then resource by resource.
Needs no account.

Exits 0 if all templates are as reviewed or were accepted, 1 if not, 2 if used wrongly.

Options:
  --accept         makes the templates the reviewed ones
  --let-go IDS     with --accept: the logical ids, with commas between them, of what holds state and may go
  --since COMMIT   compares the reviewed templates with those of a commit, and exits 0
  --markdown FILE  adds what is said to a file too, as Markdown
  --help           prints this`;

const OPTIONS = {
  accept: { type: "boolean", default: false },
  "let-go": { type: "string" },
  since: { type: "string" },
  markdown: { type: "string" },
  help: { type: "boolean", default: false },
} as const;

type Given = ReturnType<typeof readOptions<typeof OPTIONS>>;

export type TemplatesWorld = {
  /** Where the reviewed templates are. */
  readonly folder: string;
  /** Returns the templates of every stage as they are now. */
  readonly templates: () => Snapshots;
  readonly say: (text: string) => void;
  readonly complain: (text: string) => void;
};

/** `npm run templates`: returns the exit code. */
export const templatesCommand = (args: readonly string[], world: TemplatesWorld): number => {
  try {
    const given = readOptions(args, OPTIONS);
    if (!given.help) return answer(given, world);
    world.say(HELP);
    return 0;
  } catch (error) {
    if (!(error instanceof UsageError)) throw error;
    world.complain(`error: ${error.message}\nhint: npm run templates -- --help`);
    return 2;
  }
};

const answer = (given: Given, world: TemplatesWorld): number => {
  if (given.since !== undefined && given.accept) throw new UsageError("--since must stand without --accept");
  if (given["let-go"] !== undefined && !given.accept) throw new UsageError("--let-go must stand with --accept");
  return given.since === undefined ? review(given, world) : tellSince(given.since, given, world);
};

const review = (given: Given, world: TemplatesWorld): number => {
  const templates = world.templates();
  const found = reviewTemplates(world.folder, templates);
  const text = reviewText(found) ?? `${found.comparisons.length} templates are as reviewed`;
  tell(given, world, text, reviewMarkdown(found));
  if (found.differing.length === 0) return 0;
  if (!given.accept) return 1;
  const named = (given["let-go"] ?? "").split(",");
  const unnamed = found.lostIds.filter((id) => !named.includes(id));
  if (unnamed.length > 0) {
    world.complain(`\nerror: --let-go must name what holds state and goes, got nothing of ${unnamed.join(", ")}`);
    world.complain(`hint: ${acceptCommand(found)}`);
    return 1;
  }
  const written = acceptTemplates(world.folder, templates);
  world.say(`\nAccepted: ${written.join(", ")}. Commit test/snapshots with your change.`);
  return 0;
};

const tellSince = (commit: string, given: Given, world: TemplatesWorld): number => {
  const comparisons = compareSnapshots(snapshotsAt(commit), readSnapshots(world.folder));
  const count = comparisons.filter(({ state }) => state !== "same").length;
  const headline = `${count} of ${comparisons.length} reviewed templates changed since ${commit}`;
  const parts = (summary: string): string => (summary === "" ? "" : `\n\n${summary}`);
  const asMarkdown = `### ${headline}${parts(summaryMarkdown(comparisons))}\n`;
  tell(given, world, `${headline}${parts(summaryText(comparisons))}`, asMarkdown);
  return 0;
};

const tell = ({ markdown }: Given, { say }: TemplatesWorld, text: string, asMarkdown: string): void => {
  say(text);
  if (markdown !== undefined) appendFileSync(markdown, `${asMarkdown}\n`);
};
