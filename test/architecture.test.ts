import { globSync, readFileSync } from "node:fs";
import { dirname, join, normalize, relative, sep } from "node:path";
import { fileURLToPath } from "node:url";
import { describe, expect, it } from "vitest";
import { SUPPORTED_TYPES } from "../lib/local/resources/table.ts";

const ROOT = fileURLToPath(new URL("..", import.meta.url));
const SOURCES = globSync(["bin/**/*.ts", "lib/**/*.ts", "lambdas/**/*.ts"], { cwd: ROOT }).sort();

/** A room, and what its files may import: other rooms by the start of their path, packages by name. */
type Room = { readonly in: RegExp; readonly rooms: readonly RegExp[]; readonly packages: readonly RegExp[] };

const CORE = /^lib\/core\//;
const NODE = /^node:/;
const AWS_SDK = /^@aws-sdk\//;
const ANY_PACKAGE = /^[^.]/;

const ROOMS: readonly Room[] = [
  // Types only: the specification of schemas has no code of its own.
  { in: CORE, rooms: [CORE], packages: [/^@standard-schema\/spec$/] },
  {
    in: /^lib\/(constructs|stacks)\//,
    rooms: [CORE, /^lib\/(constructs|stacks)\//],
    packages: [/^aws-cdk-lib(\/|$)/, /^constructs$/, /^esbuild$/, NODE],
  },
  // The front doors: what an app imports, and what a job type's file imports.
  { in: /^lib\/index\.ts$/, rooms: [CORE, /^lib\/(constructs|stacks)\//], packages: [] },
  { in: /^lib\/job-type\.ts$/, rooms: [CORE], packages: [] },
  {
    in: /^lib\/local\//,
    rooms: [CORE, /^lib\/local\//],
    packages: [/^fauxqs$/, /^dynalite$/, /^@smithy\/core\/cbor$/, NODE],
  },
  {
    in: /^lib\/cli\//,
    rooms: [CORE, /^lib\/(local|cli|sim)\//],
    packages: [AWS_SDK, /^csv-parse/, /^standardwebhooks$/, NODE],
  },
  ...["api", "worker", "scaler"].map((name) => ({
    in: new RegExp(`^lambdas/${name}/`),
    rooms: [CORE, new RegExp(`^lambdas/(${name}|shared)/`)],
    packages: [AWS_SDK, /^aws-lambda$/, /^@standard-schema\/spec$/, NODE],
  })),
  { in: /^lambdas\/shared\//, rooms: [CORE, /^lambdas\/shared\//], packages: [ANY_PACKAGE] },
  {
    in: /^lambdas\/jobs\//,
    rooms: [/^lib\/core\/(job-type|outcome|retry)\.ts$/, /^lambdas\/shared\//],
    packages: [ANY_PACKAGE],
  },
  { in: /^bin\//, rooms: [/^lib\//, /^bin\//], packages: [/^aws-cdk-lib(\/|$)/, NODE] },
];

type Import = { readonly from: string; readonly to: string; readonly isTypeOnly: boolean };

const textOf = (file: string): string => readFileSync(join(ROOT, file), "utf8");

const importsOf = (file: string): readonly Import[] =>
  [
    ...textOf(file).matchAll(
      /^(?:import|export)\s+(type\s)?[^;]*?from\s+"([^"]+)"|^import\s+"([^"]+)"|import\("([^"]+)"\)/gms,
    ),
  ].map(([, type, from, bare, dynamic]) => {
    const target = from ?? bare ?? dynamic ?? "";
    const to = target.startsWith(".")
      ? normalize(join(dirname(file), target))
          .split(sep)
          .join("/")
      : target;
    return { from: file, to, isTypeOnly: type !== undefined };
  });

const IMPORTS = SOURCES.flatMap(importsOf);

describe("the house", () => {
  it("has a room for every file", () => {
    const homeless = SOURCES.filter((file) => !ROOMS.some((room) => room.in.test(file)));

    expect(homeless).toEqual([]);
  });

  it("lets each room import only what it may", () => {
    const forbidden = IMPORTS.filter(({ from, to }) => {
      const room = ROOMS.find(({ in: files }) => files.test(from));
      const isFile = /^(lib|lambdas|bin|test|bench)\//.test(to);
      return !(isFile ? room?.rooms : room?.packages)?.some((allowed) => allowed.test(to));
    });

    expect(forbidden.map(({ from, to }) => `${from} → ${to}`)).toEqual([]);
  });

  it("has no cycles of imports that remain at run time", () => {
    const graph = new Map(
      SOURCES.map((file) => [
        file,
        importsOf(file)
          .filter(({ isTypeOnly }) => !isTypeOnly)
          .map(({ to }) => to),
      ]),
    );
    const cycles: string[] = [];
    const visit = (file: string, path: readonly string[]): void => {
      if (path.includes(file)) {
        cycles.push([...path.slice(path.indexOf(file)), file].join(" → "));
        return;
      }
      for (const to of graph.get(file) ?? []) visit(to, [...path, file]);
      graph.delete(file);
    };
    for (const file of SOURCES) visit(file, []);

    expect(cycles).toEqual([]);
  });

  it("imports files by their own name, and knows no index.ts but the front door", () => {
    const indexes = SOURCES.filter((file) => /(^|\/)index\.ts$/.test(file) && file !== "lib/index.ts");
    const unnamed = IMPORTS.filter(({ to }) => /^(lib|lambdas|bin)\//.test(to) && !/\.(ts|json|csv)$/.test(to));

    expect(indexes).toEqual([]);
    expect(unnamed).toEqual([]);
  });

  it("names files in kebab-case, and keeps each within 300 lines", () => {
    const misnamed = SOURCES.filter((file) => !/^[a-z0-9/-]+(\.d)?\.ts$/.test(file));
    const long = SOURCES.filter((file) => textOf(file).split("\n").length > 301);

    expect(misnamed).toEqual([]);
    expect(long).toEqual([]);
  });

  it("reads the process's environment only at the edges", () => {
    const edges = /^(bin\/[^/]+|lib\/cli\/main|lambdas\/[^/]+\/handler)\.ts$/;
    const readers = SOURCES.filter((file) => /\bprocess\.env\b/.test(textOf(file)) && !edges.test(file));

    expect(readers).toEqual([]);
  });

  it("keeps clock, dice and the machine out of the core", () => {
    const impure = SOURCES.filter(
      (file) =>
        CORE.test(file) &&
        /\bDate\.now\(|\bnew Date\(\)|Math\.random|\bprocess\.|setTimeout|\bfetch\(/.test(textOf(file)),
    );

    expect(impure).toEqual([]);
  });

  it("leaves clock and dice of the functions to the adapter that implements their ports", () => {
    const impure = SOURCES.filter(
      (file) =>
        /^lambdas\/(api|worker|scaler|shared)\//.test(file) &&
        file !== "lambdas/shared/system.ts" &&
        /\bDate\.now\(|\bnew Date\(\)|Math\.random|setTimeout\(|randomBytes\(/.test(textOf(file)),
    );

    expect(impure).toEqual([]);
  });

  it("keeps handlers to wiring: at most 30 lines", () => {
    const handlers = SOURCES.filter((file) => /^lambdas\/[^/]+\/handler\.ts$/.test(file));

    expect(handlers.length).toBeGreaterThan(0);
    expect(handlers.filter((file) => textOf(file).split("\n").length > 31)).toEqual([]);
  });

  it("keeps stacks to 60 lines", () => {
    const long = SOURCES.filter(
      (file) => /^lib\/stacks\/.*-stack\.ts$/.test(file) && textOf(file).split("\n").length > 61,
    );

    expect(long).toEqual([]);
  });

  it("can run every type of resource that the templates have", () => {
    const templates = globSync("test/snapshots/*.json", { cwd: ROOT }).map((file) => relative(ROOT, join(ROOT, file)));
    const types = templates.flatMap((file) =>
      [...textOf(file).matchAll(/"Type": "(AWS::[^"]+)"/g)].map(([, type]) => type),
    );

    expect(types.length).toBeGreaterThan(0);
    expect([...new Set(types)].filter((type) => type !== undefined && !SUPPORTED_TYPES.has(type))).toEqual([]);
  });
});
