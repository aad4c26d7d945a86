import { cp, readFile } from "node:fs/promises";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { importPath, writeBundle } from "../../lib/constructs/node-bundle.ts";
import { WORKER_VARIABLES } from "../../lib/core/environment.ts";
import type { LocalRun } from "../../lib/local/server.ts";
import type { WorkerCode } from "./bench-worker.ts";

const PEER = fileURLToPath(new URL("powertools-worker.ts", import.meta.url));

type Resource = {
  readonly Type: string;
  readonly Properties: {
    readonly Code?: { readonly S3Key?: string };
    readonly Environment?: { readonly Variables?: Readonly<Record<string, unknown>> };
  };
};

/** The worker as the template deploys it. */
export const sluiceCode = async (run: LocalRun, assemblyFolder: string, folder: string): Promise<WorkerCode> => {
  const template = JSON.parse(await readFile(join(assemblyFolder, "Pipeline.template.json"), "utf8"));
  const resources = Object.values<Resource>(template.Resources);
  const worker = resources.find(
    ({ Type, Properties }) =>
      Type === "AWS::Lambda::Function" && WORKER_VARIABLES.jobType in (Properties.Environment?.Variables ?? {}),
  );
  const asset = join(assemblyFolder, `asset.${worker?.Properties.Code?.S3Key?.replace(/\.zip$/, "")}`);
  await cp(asset, folder, { recursive: true });
  return { codeFolder: folder, variables: run.variablesOf(run.observe()[0]?.functionName ?? "") };
};

/** The peer, built as every function here is built. */
export const powertoolsCode = async (folder: string, tableName: string): Promise<WorkerCode> => {
  writeBundle(`export { handler } from "${importPath(PEER)}";`, folder);
  return { codeFolder: folder, variables: { IDEMPOTENCY_TABLE: tableName } };
};
