import { type Finding, fail, ok, warn } from "./finding.ts";
import type { NodeVersions } from "./question.ts";

const majorOf = (version: string): number => Number.parseInt(version.replace(/^\D*/, ""), 10);

/** Compares the Node that runs with what the project needs, and with the one that it brings. */
export const checkNode = ({ running, own, needed }: NodeVersions): Finding => {
  if (majorOf(running) < majorOf(needed)) {
    return fail(
      "node",
      `Node must be ${needed}, got ${running}`,
      "npm ci   (brings the project's own; then npx sluice doctor)",
    );
  }
  if (own === undefined) {
    return warn(
      "node",
      `Node is ${running}; the project's own is not installed`,
      "npm ci   (brings the Node that Lambda runs)",
    );
  }
  if (majorOf(running) === majorOf(own)) return ok("node", `${running}, the major that Lambda runs the functions with`);
  return warn(
    "node",
    `Node is ${running}, and the project's own is ${own}`,
    "npx sluice doctor   (npx and npm's scripts take the project's own)",
  );
};
