import { readFileSync } from "node:fs";
import { stripTypeScriptTypes } from "node:module";
import { moduleBeside } from "../module-beside.ts";

/**
 * Returns what an environment's thread runs, as a URL.
 *
 * A thread that strips the types itself takes 40 ms of CPU and 11 MB more, each time.
 */
export const threadSource = (): URL => {
  const source = readFileSync(moduleBeside(import.meta.url, "thread"), "utf8");
  const code = `${quietly(() => stripTypeScriptTypes(source))}\n//# sourceURL=lambda-runtime.js`;
  return new URL(`data:text/javascript,${encodeURIComponent(code)}`);
};

/** Node warns that stripping by a call may yet change: here it is no news to who runs the project. */
const quietly = <Result>(work: () => Result): Result => {
  const { emitWarning } = process;
  process.emitWarning = () => undefined;
  try {
    return work();
  } finally {
    process.emitWarning = emitWarning;
  }
};
