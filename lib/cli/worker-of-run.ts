import { WORKER_VARIABLES } from "../core/environment.ts";
import { SluiceError } from "../core/errors.ts";
import type { LocalRun } from "../local/server.ts";

export type WorkerOfRun = {
  readonly functionName: string;
  readonly variables: Readonly<Record<string, string>>;
};

/** Finds the worker function of a job type in a run. @throws JobTypeMissing */
export const workerOf = (run: LocalRun, jobType: string): WorkerOfRun => {
  for (const { functionName } of run.observe()) {
    const variables = run.variablesOf(functionName);
    if (variables[WORKER_VARIABLES.jobType] === jobType) return { functionName, variables };
  }
  throw new SluiceError("JobTypeMissing", `the stage must have the job type ${jobType}`, {
    hint: "add it to the stage in bin/stages.ts, or run another stage with --stage",
  });
};
