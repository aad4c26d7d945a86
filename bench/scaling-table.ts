import { mkdirSync, writeFileSync } from "node:fs";
import { fileURLToPath } from "node:url";
import { comparePlant } from "../test/core/scaling/plant-comparison.ts";

/** Compares ways to run a queue in the plant, and keeps the table: plain numbers, the same on every machine. */

const SEEDS = [1, 2, 3, 4, 5];
const FOLDER = fileURLToPath(new URL("results/scaling/", import.meta.url));

const percent = (share: number): string => `${(100 * share).toFixed(1)} %`;

const lines = comparePlant(SEEDS).map(
  ({ plant, controller, done, waitP95Seconds, settledWasted, worstWasted, dead, changes }) =>
    `| ${plant} | ${controller} | ${done} | ${waitP95Seconds.toFixed(1)} | ${percent(settledWasted)} | ${percent(worstWasted)} | ${dead} | ${changes} |`,
);
const table = [
  `Medians of ${SEEDS.length} seeds, in the plant (test/core/scaling). Wasted: refused attempts as a share of all, from`,
  "two minutes on; the worst seed from the beginning. p95 covers jobs that were done: compare it only where as many were.",
  "",
  "| situation | way | jobs done | p95 wait, s | wasted | worst, whole run | dead | changes |",
  "|---|---|---|---|---|---|---|---|",
  ...lines,
  "",
].join("\n");
mkdirSync(FOLDER, { recursive: true });
writeFileSync(`${FOLDER}comparison.md`, table);
console.log(table);
