import { writeFileSync } from "node:fs";
import { basename, join, relative, sep } from "node:path";
import { fileURLToPath } from "node:url";
import { AssetHashType, DockerImage } from "aws-cdk-lib";
import { type AssetCode, Code } from "aws-cdk-lib/aws-lambda";
import { type BuildOptions, buildSync, type Metafile, type OutputFile } from "esbuild";

/** The folder that holds `lambdas/` and `lib/`. */
export const PACKAGE_FOLDER = fileURLToPath(new URL("../..", import.meta.url));

/** The source of a module that has no file: what a function starts with. */
export type BundleEntry = string;

/** Returns a file's path from {@link PACKAGE_FOLDER}, with slashes: what a reader of this project knows it by. */
export const projectPath = (file: string): string => relative(PACKAGE_FOLDER, file).split(sep).join("/");

/** Returns what a {@link BundleEntry} imports a file by: relative, so that no bundle tells where the project lies. */
export const importPath = (file: string): string => `./${projectPath(file)}`;

/** How every function is built: one minified ES module for Lambda's Node.js 24, its source map beside it. */
export const BUILD = {
  absWorkingDir: PACKAGE_FOLDER,
  outfile: join(PACKAGE_FOLDER, "index.mjs"),
  write: false,
  metafile: true,
  bundle: true,
  format: "esm",
  platform: "node",
  target: "node24",
  mainFields: ["module", "main"],
  minify: true,
  legalComments: "none",
  sourcemap: "linked",
  sourcesContent: false,
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
          for (const file of bundle(entry)) writeFileSync(join(folder, basename(file.path)), file.contents);
          return true;
        },
      },
    },
  });

const bundles = new Map<BundleEntry, readonly OutputFile[]>();

/** Bundles an entry into `index.mjs` and `index.mjs.map`; a process bundles equal entries once. */
export const bundle = (entry: BundleEntry): readonly OutputFile[] => {
  const files = bundles.get(entry) ?? build(entry);
  bundles.set(entry, files);
  return files;
};

const build = (entry: BundleEntry): readonly OutputFile[] => {
  const options = { ...BUILD, stdin: { contents: entry, resolveDir: PACKAGE_FOLDER, sourcefile: "entry.ts" } };
  const { metafile, outputFiles } = buildSync(options);
  return needsRequire(metafile) ? buildSync({ ...options, banner: { js: REQUIRE } }).outputFiles : outputFiles;
};

/** What an ES module lacks and CommonJS packages ask Node's own modules with. */
const REQUIRE = 'import{createRequire}from"node:module";const require=createRequire(import.meta.url);';

const needsRequire = ({ outputs }: Metafile): boolean =>
  Object.values(outputs).some(({ imports }) => imports.some(({ kind }) => kind === "require-call"));
