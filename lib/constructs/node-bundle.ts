import { writeFileSync } from "node:fs";
import { basename, join, relative, sep } from "node:path";
import { fileURLToPath } from "node:url";
import { AssetHashType, DockerImage } from "aws-cdk-lib";
import { type AssetCode, Code } from "aws-cdk-lib/aws-lambda";
import { type BuildOptions, type BuildResult, buildSync, type OutputFile } from "esbuild";
import { loadedOutputs, type Outputs } from "./loaded-outputs.ts";
import { losesNames } from "./lost-names.ts";

/** The folder that holds `lambdas/` and `lib/`: the project's, or that of what was built from it. */
export const PACKAGE_FOLDER = fileURLToPath(new URL("../..", import.meta.url));

/**
 * The source of a module that has no file: what a function starts with. It imports this project's own modules by their
 * names without an ending, because they are `.ts` here and `.js` in the package.
 */
export type BundleEntry = string;

/** Returns what a {@link BundleEntry} imports a file by: relative, so that no bundle tells where the project lies. */
export const importPath = (file: string): string => `./${relative(PACKAGE_FOLDER, file).split(sep).join("/")}`;

/** The module of a bundle that Lambda loads: what a {@link BundleEntry} becomes. */
export const ENTRY_MODULE = "index.mjs";

/**
 * How every function is built: minified ES modules for Lambda's Node.js 24, all in one folder.
 *
 * What code imports lazily stays in modules of its own: inlined, it would be parsed at each cold start, used or not.
 * There is no source map, because Node parses all of it at each cold start, not when it prints a stack.
 */
export const BUILD = {
  absWorkingDir: PACKAGE_FOLDER,
  outdir: PACKAGE_FOLDER,
  outExtension: { ".js": ".mjs" },
  entryNames: "index",
  chunkNames: "[name]-[hash]",
  write: false,
  metafile: true,
  bundle: true,
  splitting: true,
  format: "esm",
  platform: "node",
  target: "node24",
  mainFields: ["module", "main"],
  minify: true,
  legalComments: "none",
  logLevel: "silent",
} as const satisfies BuildOptions;

/**
 * Returns code that esbuild bundles while the app is synthesized.
 *
 * The CDK's own NodejsFunction starts a process for each function, and takes a file only.
 */
export const bundledCode = (entry: BundleEntry): AssetCode =>
  Code.fromAsset(PACKAGE_FOLDER, {
    assetHashType: AssetHashType.OUTPUT,
    bundling: {
      image: DockerImage.fromRegistry("unused: tryBundle succeeds or throws"),
      // The CDK bundles equal options once and compares no functions: the entry tells one bundle from another.
      command: [entry],
      local: {
        tryBundle: (folder) => {
          writeBundle(entry, folder);
          return true;
        },
      },
    },
  });

/** Bundles an entry into a folder, flat: the modules import each other by `./`. */
export const writeBundle = (entry: BundleEntry, folder: string): void => {
  for (const { path, contents } of bundle(entry)) writeFileSync(join(folder, basename(path)), contents);
};

const bundles = new Map<BundleEntry, readonly OutputFile[]>();

/** Bundles an entry into {@link ENTRY_MODULE} and what it imports; a process bundles equal entries once. */
export const bundle = (entry: BundleEntry): readonly OutputFile[] => {
  const files = bundles.get(entry) ?? build(entry);
  bundles.set(entry, files);
  return files;
};

const build = (entry: BundleEntry): readonly OutputFile[] => {
  const options = { ...BUILD, stdin: { contents: entry, resolveDir: PACKAGE_FOLDER, sourcefile: "entry.ts" } };
  const built = buildSync(options);
  const loaded = loadedOutputs(built.metafile.outputs, ENTRY_MODULE);
  const mended = {
    ...(losesNames(loaded, built.metafile, BUILD) && { splitting: false }),
    ...(needsRequire(loaded) && { banner: { js: REQUIRE } }),
  };
  return loadedFiles(Object.keys(mended).length === 0 ? built : buildSync({ ...options, ...mended }));
};

const loadedFiles = ({
  metafile,
  outputFiles,
}: BuildResult<{ metafile: true; write: false }>): readonly OutputFile[] => {
  const names = Object.keys(loadedOutputs(metafile.outputs, ENTRY_MODULE));
  return outputFiles.filter(({ path }) => names.includes(basename(path)));
};

/** What an ES module lacks and CommonJS packages ask Node's own modules with. */
const REQUIRE = 'import{createRequire}from"node:module";const require=createRequire(import.meta.url);';

const needsRequire = (outputs: Outputs): boolean =>
  Object.values(outputs).some(({ imports }) => imports.some(({ kind }) => kind === "require-call"));
