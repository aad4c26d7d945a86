import { readdir, readFile } from "node:fs/promises";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { gzipSync } from "node:zlib";
import { stages } from "../../bin/stages.ts";
import type { LocalEvent } from "../../lib/local/events.ts";
import { answer, until, withRun } from "../bench-run.ts";

const events: LocalEvent[] = [];
const figures: Record<string, number> = {};
const nameOf = (functionName: string): string => (functionName.split("-").at(-2) ?? functionName).slice(0, 30);

await withRun(
  stages.dev.jobTypes,
  async (run) => {
    await fetch(`${run.apiUrl}/jobs/deliver-webhook`, {
      method: "POST",
      body: JSON.stringify({ input: { url: "https://192.0.2.1/", event: "bench", data: {} } }),
    });
    await fetch(`${run.apiUrl}/jobs/profile-csv`, {
      method: "POST",
      body: JSON.stringify({ input: { text: "a\n1" } }),
    });
    const started = (): ReadonlySet<string> =>
      new Set(events.flatMap((event) => (event.kind === "environment-started" ? [event.functionName] : [])));
    await until(() => started().size === 3);
  },
  {
    onEvent: (event) => void events.push(event),
    jobsFolder: fileURLToPath(new URL("../../lambdas/jobs/", import.meta.url)),
  },
);
for (const event of events) {
  if (event.kind === "environment-started") figures[`ms to init, ${nameOf(event.functionName)}`] ??= event.initMs;
}
answer(figures);
void [gzipSync, readFile, readdir, join];
