import { extname } from "node:path";

/** Returns a module beside the one at this URL, by its name: `.ts` in the project, `.js` in the package. */
export const moduleBeside = (url: string, name: string): URL => new URL(`./${name}${extname(url)}`, url);
