import { existsSync } from "node:fs";
import { join } from "node:path";
import { pathToFileURL } from "node:url";

/** In the order in which Lambda looks for them. */
const EXTENSIONS = [".js", ".mjs", ".cjs"] as const;

/** Finds what `<module>.<export>` names in a folder of code, or undefined. */
export const handlerFile = (codeFolder: string, handler: string): { url: string; exportName: string } | undefined => {
  const dot = handler.lastIndexOf(".");
  if (dot < 1) return undefined;
  const module = join(codeFolder, handler.slice(0, dot));
  const file = EXTENSIONS.map((extension) => `${module}${extension}`).find((path) => existsSync(path));
  return file === undefined ? undefined : { url: pathToFileURL(file).href, exportName: handler.slice(dot + 1) };
};
