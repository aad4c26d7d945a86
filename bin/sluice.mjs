#!/usr/bin/env node
// In the project Node runs the source as it is. A package has what was built of it, as Node strips no types there.
import { existsSync } from "node:fs";

/** The oldest Node.js whose modules an embedded run needs. */
const NEEDED = "22.13";

const isOlder = (version, needed) => version.localeCompare(needed, undefined, { numeric: true }) < 0;

const source = new URL("sluice.ts", import.meta.url);
const built = new URL("../dist/bin/sluice.js", import.meta.url);

if (isOlder(process.versions.node, NEEDED)) {
  console.error(`error: Node.js must be ${NEEDED} or newer, got ${process.versions.node}`);
  console.error("hint: `npm install --save-dev node@24` brings the one that Lambda runs; npx and npm scripts take it");
  process.exitCode = 1;
} else {
  await import((existsSync(source) ? source : built).href);
}
