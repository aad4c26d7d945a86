import { existsSync } from "node:fs";
import { join, relative, sep } from "node:path";
import { type BuildFailure, buildSync } from "esbuild";
import { SluiceError } from "../core/errors.ts";
import type { JobTypeModule } from "../core/job-type.ts";
import { BUILD, ENTRY_MODULE } from "./node-bundle.ts";

/** What a job type's file may be written in; the first that is there counts. */
const EXTENSIONS = [".ts", ".js", ".mjs"] as const;

const NEEDED = ["input", "run"] as const satisfies readonly (keyof JobTypeModule)[];
const MESSAGES_SHOWN = 3;

/** Returns where a job type's module is in a folder: where it should be, if it is not there. */
export const jobTypeFile = (folder: string, type: string): string => {
  const files = EXTENSIONS.map((extension) => join(folder, `${type}${extension}`));
  return files.find((file) => existsSync(file)) ?? join(folder, `${type}${EXTENSIONS[0]}`);
};

/**
 * Checks that every job type's file is there, compiles with all it imports, and exports what a job type must.
 *
 * @throws JobTypeFilesInvalid naming every file that is wrong at once.
 */
export const checkJobTypeFiles = (files: readonly string[]): void => {
  const breaches = files.flatMap((file) => {
    const breach = breachOf(file);
    return breach === undefined ? [] : [`${shownPath(file)} must ${breach}`];
  });
  if (breaches.length === 0) return;
  const count = breaches.length === 1 ? "1 job type file is" : `${breaches.length} job type files are`;
  throw new SluiceError("JobTypeFilesInvalid", `${count} wrong:\n  ${breaches.join("\n  ")}`, {
    hint: "mend the files, or remove their job types from the settings",
  });
};

/** As who runs the synthesis would write it. */
const shownPath = (file: string): string => relative(process.cwd(), file).split(sep).join("/");

const breachOf = (file: string): string | undefined => {
  if (!existsSync(file)) return "exist, got no file";
  try {
    const { outputs } = buildSync({ ...BUILD, entryPoints: [file] }).metafile;
    const exported = outputs[ENTRY_MODULE]?.exports ?? [];
    const missing = NEEDED.filter((name) => !exported.includes(name));
    if (missing.length === 0) return undefined;
    return `export ${missing.join(" and ")}, got ${exported.length === 0 ? "no exports" : exported.join(", ")}`;
  } catch (error) {
    return `compile, got ${messagesOf(error as BuildFailure)}`;
  }
};

const messagesOf = ({ errors }: BuildFailure): string => {
  const shown = errors.slice(0, MESSAGES_SHOWN).map(({ text, location }) => {
    const place = location === null ? "" : ` (${shownPath(join(BUILD.absWorkingDir, location.file))}:${location.line})`;
    return `${JSON.stringify(text)}${place}`;
  });
  const more = errors.length - shown.length;
  return [...shown, ...(more > 0 ? [`${more} more`] : [])].join(", ");
};
