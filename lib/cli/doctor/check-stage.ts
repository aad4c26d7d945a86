import { isSluiceError } from "../../core/errors.ts";
import { type Finding, fail, ok, warn } from "./finding.ts";
import type { Question } from "./question.ts";
import type { SynthesizedStage } from "./synthesized-stage.ts";
import { inSettings } from "./target.ts";

/** Tells what the app was synthesized to, and whether it would be open to everybody on AWS. */
export const checkStage = (
  { environment, source }: Question,
  { stacks, mappings, isPublic }: SynthesizedStage,
): readonly Finding[] => {
  const names = stacks.map(({ name }) => name).join(", ");
  const types = `${mappings.length} job ${mappings.length === 1 ? "type" : "types"}`;
  const found = ok("stage", `${names}; ${types}`);
  if (!isPublic || environment.AWS_ENDPOINT_URL) return [found];
  return [
    found,
    warn("stage", "its API takes requests of everybody, unsigned", `auth: "iam"   (${inSettings(source)})`),
  ];
};

/** Tells why a stage could not be synthesized, in the words of who refused. */
export const unsynthesized = (error: unknown): Finding => {
  const message = error instanceof Error ? error.message : String(error);
  const hint = isSluiceError(error) ? error.hint : undefined;
  const { says, next } = refusalIn(message);
  return fail("stage", says, next ?? hint ?? "npx cdk synth --quiet   (says more)");
};

/** The app says `error: …` and `hint: …` before `cdk synth` says that it ended with an error: only that is news. */
const refusalIn = (message: string): { readonly says: string; readonly next: string | undefined } => {
  const [, said, next] = /^error: (.*?)(?:\nhint: ([^\n]*))?$(?!\n {2})/ms.exec(message) ?? [];
  return { says: said ?? message, next };
};
