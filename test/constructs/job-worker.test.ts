import { describe, expect, test } from "vitest";
import { WORKER_VARIABLES } from "../../lib/core/environment.ts";
import type { JobTypeSettings, StageSettings } from "../../lib/core/settings.ts";
import { templatesOf } from "../support/synthesize.ts";

const pipelineOf = (settings: JobTypeSettings, stage: Partial<StageSettings> = {}) =>
  templatesOf("a", { ...stage, jobTypes: { work: settings } }).pipeline;

const mappingOf = (settings: JobTypeSettings) => {
  const [mapping] = Object.values(pipelineOf(settings).findResources("AWS::Lambda::EventSourceMapping"));
  return mapping?.Properties;
};

const workerOf = (settings: JobTypeSettings, stage: Partial<StageSettings> = {}) =>
  Object.values(pipelineOf(settings, stage).findResources("AWS::Lambda::Function"))
    .map(({ Properties }) => Properties)
    .find(({ Environment }) => Environment.Variables.JOB_TYPE === "work");

describe("JobWorker", () => {
  test("takes batches from its own queue and says which messages failed", () => {
    expect(mappingOf({ batchSize: 50, batchWindowSeconds: 3 })).toEqual({
      EventSourceArn: { "Fn::GetAtt": ["WorkQueue", "Arn"] },
      FunctionName: { Ref: expect.stringContaining("Worker") },
      FunctionResponseTypes: ["ReportBatchItemFailures"],
      BatchSize: 50,
      MaximumBatchingWindowInSeconds: 3,
    });
  });

  test("is bounded by maxConcurrency, where it is set", () => {
    expect(mappingOf({ maxConcurrency: 7 })).toMatchObject({ ScalingConfig: { MaximumConcurrency: 7 } });
    expect(mappingOf({})).not.toHaveProperty("ScalingConfig");
  });

  test("is polled by paid pollers, where they are set, and then by no other bound", () => {
    const mapping = mappingOf({ provisioned: { min: 3, max: 20 } });

    expect(mapping).toMatchObject({ ProvisionedPollerConfig: { MinimumPollers: 3, MaximumPollers: 20 } });
    expect(mapping).not.toHaveProperty("ScalingConfig");
    expect(mappingOf({})).not.toHaveProperty("ProvisionedPollerConfig");
  });

  test("may send to its own queue again and again, which Lambda would otherwise take for a loop and end", () => {
    expect(workerOf({})).toMatchObject({ RecursiveLoop: "Allow" });
  });

  test("gets the memory and time that its settings come to", () => {
    expect(workerOf({ memoryMiB: 768, timeoutSeconds: 20, batchSize: 10, parallel: 4 })).toMatchObject({
      MemorySize: 768,
      Timeout: 3 * 20 + 5,
    });
  });

  test("hands its handler every variable that it reads", () => {
    const settings = { timeoutSeconds: 20, parallel: 4, environment: { REGION_NAME: "north" } };

    const variables = workerOf(settings, { recordRetentionDays: 12 })?.Environment.Variables;

    expect(variables).toEqual({
      REGION_NAME: "north",
      TABLE_NAME: { "Fn::ImportValue": expect.stringContaining("JobTable") },
      JOB_TYPE: "work",
      QUEUE_RETENTION_DAYS: "4",
      QUEUE_URL: { Ref: "WorkQueue" },
      DEAD_LETTER_QUEUE_URL: { Ref: "WorkDeadLetterQueue" },
      JOB_TIMEOUT_SECONDS: "20",
      JOBS_IN_PARALLEL: "4",
      VISIBILITY_TIMEOUT_SECONDS: String(6 * 65),
      RECORD_RETENTION_DAYS: "12",
      PAYLOAD_BUCKET: { "Fn::ImportValue": expect.stringContaining("PayloadBucket") },
      STAGE: "a",
      SCALER_FUNCTION: { Ref: expect.stringContaining("Scaler") },
    });
    expect(Object.keys(variables)).toEqual(expect.arrayContaining(Object.values(WORKER_VARIABLES)));
  });
});
