import { readFile } from "node:fs/promises";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { stages } from "../../bin/stages.ts";
import type { LocalEvent } from "../../lib/local/events.ts";
import { answer, until, withRun } from "../bench-run.ts";
import { codeSize } from "../code-size.ts";

const JOBS_FOLDER = fileURLToPath(new URL("../../lambdas/jobs/", import.meta.url));
const FUNCTIONS = { Api: "api", deliverwebhook: "deliver-webhook", profilecsv: "profile-csv" } as const;

const events: LocalEvent[] = [];
const nameOf = (functionName: string): string =>
  Object.entries(FUNCTIONS).find(([part]) => functionName.includes(part))?.[1] ?? functionName;

type Template = { readonly Resources: Readonly<Record<string, Resource>> };
type Resource = { readonly Type: string; readonly Properties: { readonly Code?: { readonly S3Key?: string } } };

/** The asset folder of each function, by logical id. */
const codeFolders = async (assemblyFolder: string): Promise<Readonly<Record<string, string>>> => {
  const template = JSON.parse(await readFile(join(assemblyFolder, "Pipeline.template.json"), "utf8")) as Template;
  const functions = Object.entries(template.Resources).filter(([, { Type }]) => Type === "AWS::Lambda::Function");
  return Object.fromEntries(
    functions.map(([id, { Properties }]) => [id, `asset.${Properties.Code?.S3Key?.replace(/\.zip$/, "")}`]),
  );
};

const figures: Record<string, number> = {};
await withRun(
  stages.dev.jobTypes,
  async (run, assemblyFolder) => {
    const post = async (type: string, input: object): Promise<void> => {
      await fetch(`${run.apiUrl}/jobs/${type}`, { method: "POST", body: JSON.stringify({ input }) });
    };
    await post("deliver-webhook", { url: "https://192.0.2.1/", event: "bench", data: {} });
    await post("profile-csv", { text: "a\n1" });
    await until(() => new Set(events.map((event) => "initMs" in event && event.functionName)).size > 3);
    for (const [name, folder] of Object.entries(await codeFolders(assemblyFolder))) {
      const { all, compressed, atInit } = codeSize(join(assemblyFolder, folder));
      figures[`${nameOf(name)}, KiB`] = all;
      figures[`${nameOf(name)}, KiB compressed`] = compressed;
      figures[`${nameOf(name)}, KiB loaded at init`] = atInit;
    }
  },
  { onEvent: (event) => void events.push(event), jobsFolder: JOBS_FOLDER },
);
for (const event of events) {
  if (event.kind === "environment-started") figures[`${nameOf(event.functionName)}, ms to init`] ??= event.initMs;
}
answer(figures);
