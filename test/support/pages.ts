import { existsSync, globSync, readFileSync } from "node:fs";
import { dirname, join } from "node:path";
import { fileURLToPath } from "node:url";

/** The folder of the project. */
export const ROOT = fileURLToPath(new URL("../..", import.meta.url));

/** The pages for people, by their path from {@link ROOT}. */
export const PAGES: readonly string[] = [
  "README.md",
  "CONTRIBUTING.md",
  "SECURITY.md",
  ...globSync("docs/**/*.md", { cwd: ROOT }).sort(),
];

/** Everything that is in the repository, by its path: dot files too, and nothing that is generated. */
export const repositoryFiles = (): readonly string[] =>
  globSync(["**/*", ".*", ".*/**/*"], {
    cwd: ROOT,
    withFileTypes: true,
    exclude: ({ name }) => /^(node_modules|cdk\.out|\.git|\.sluice|coverage)$|\.(log|tgz)$/.test(name),
  })
    .filter((entry) => entry.isFile())
    .map(({ parentPath, name }) => join(parentPath, name).slice(ROOT.length));

export const textOf = (file: string): string => readFileSync(join(ROOT, file), "utf8");

/** The code blocks of a page that are marked with a language. */
export const codeOf = (page: string, language: string): readonly string[] =>
  [...textOf(page).matchAll(/^```(\w*)\n(.*?)^```$/gms)]
    .filter(([, marked]) => marked === language)
    .map(([, , code = ""]) => code);

/** A page without its code blocks. */
export const proseOf = (page: string): string => textOf(page).replaceAll(/^```.*?^```$/gms, "");

/** The rows of a page's tables: their cells, without backquotes. */
export const rowsOf = (page: string): readonly (readonly string[])[] =>
  [...proseOf(page).matchAll(/^\| (.*) \|$/gm)].map(([, row = ""]) => row.replaceAll("`", "").split(" | "));

/** The targets of a page's links. */
export const linksOf = (page: string): readonly string[] =>
  [...proseOf(page).matchAll(/\]\(([^)\s]+)\)|^\[[^\]]+\]: (\S+)$/gm)].map(
    ([, inline, named]) => inline ?? named ?? "",
  );

/** Tells whether a relative link of a page leads to a file, and its anchor to a heading. */
export const isLinkSound = (page: string, link: string): boolean => {
  const [path = "", anchor] = link.split("#");
  const target = path === "" ? page : join(dirname(page), path);
  if (!existsSync(join(ROOT, target))) return false;
  return anchor === undefined || anchorsOf(target).includes(anchor);
};

/** The ids that GitHub gives to a page's headings. */
const anchorsOf = (page: string): readonly string[] =>
  [...proseOf(page).matchAll(/^#+ (.+)$/gm)].map(([, heading = ""]) =>
    heading
      .toLowerCase()
      .replaceAll(/[^\p{L}\p{N} _-]/gu, "")
      .replaceAll(" ", "-"),
  );
