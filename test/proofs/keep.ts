import { mkdirSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { fileURLToPath } from "node:url";

const RESULTS = fileURLToPath(new URL("../../bench/results/scaling/", import.meta.url));

/** Keeps what a proof has shown, under its name. */
export const keep = (name: string, lines: readonly string[]): void => {
  mkdirSync(RESULTS, { recursive: true });
  writeFileSync(join(RESULTS, `${name}.txt`), `${[name, ...lines].join("\n")}\n`);
};
