import { join, resolve } from "node:path";
import { UsageError } from "./options.ts";
import { IS_PROJECT, PROJECT_FOLDER } from "./project.ts";
import { synthesize, synthesizeApp } from "./synthesis.ts";

/** Where the templates of an embedded run come from. */
export type AppSource =
  /** A stage of this project. */
  | { readonly kind: "stage"; readonly stage: string }
  /** Somebody's own app: a folder with a `cdk.json`. */
  | { readonly kind: "app"; readonly folder: string; readonly stage: string | undefined }
  /** An app that is synthesized already. */
  | { readonly kind: "assembly"; readonly folder: string };

type Given = { readonly stage?: string | undefined; readonly assembly?: string | undefined };

/** Chooses by the options, and by where the command line is installed. @throws UsageError */
export const appSource = ({ stage, assembly }: Given): AppSource => {
  if (assembly !== undefined && stage !== undefined) {
    throw new UsageError("--stage must be left out where --assembly names what is synthesized already");
  }
  if (assembly !== undefined) return { kind: "assembly", folder: assembly };
  return IS_PROJECT ? { kind: "stage", stage: stage ?? "dev" } : { kind: "app", folder: process.cwd(), stage };
};

/** Says which app it is, in a few words. */
export const sourceTitle = (source: AppSource): string => {
  if (source.kind === "stage") return `stage ${source.stage}`;
  if (source.kind === "assembly") return `assembly ${source.folder}`;
  return source.stage === undefined ? `app ${source.folder}` : `app ${source.folder}, stage ${source.stage}`;
};

/**
 * Returns the folder of a synthesized app, synthesized anew where that is needed.
 *
 * @throws AppMissing, CdkMissing, SynthesisFailed
 */
export const assemblyFolderOf = async (
  source: AppSource,
  environment: NodeJS.ProcessEnv,
  onSynthesis: () => void,
): Promise<string> => {
  if (source.kind === "assembly") return resolve(source.folder);
  if (source.kind === "stage") {
    const assemblyFolder = join(PROJECT_FOLDER, "cdk.out");
    await synthesize({ stage: source.stage, assemblyFolder, environment }, onSynthesis);
    return assemblyFolder;
  }
  const assemblyFolder = join(source.folder, "cdk.out");
  onSynthesis();
  await synthesizeApp({ appFolder: source.folder, stage: source.stage, assemblyFolder, environment });
  return assemblyFolder;
};
