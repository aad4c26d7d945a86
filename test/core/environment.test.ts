import { describe, expect, it } from "vitest";
import {
  API_VARIABLES,
  readApiEnvironment,
  readScalerEnvironment,
  readWorkerEnvironment,
  SCALER_VARIABLES,
  type Variables,
  WORKER_VARIABLES,
} from "../../lib/core/environment.ts";

const API: Variables = {
  TABLE_NAME: "jobs",
  QUEUES: '{"work":{"queueUrl":"q","deadLetterQueueUrl":"d","functionName":"f","limit":null,"isProvisioned":false}}',
  METRICS_PERIOD_SECONDS: "60",
  PAYLOAD_BUCKET: "payloads",
  RECORD_RETENTION_DAYS: "30",
  REDRIVE_LIMIT: "10",
  SCALER_FUNCTION: "scaler",
};

const WORKER: Variables = {
  TABLE_NAME: "jobs",
  JOB_TYPE: "work",
  QUEUE_URL: "q",
  DEAD_LETTER_QUEUE_URL: "d",
  JOB_TIMEOUT_SECONDS: "20",
  JOBS_IN_PARALLEL: "4",
  VISIBILITY_TIMEOUT_SECONDS: "390",
  QUEUE_RETENTION_DAYS: "4",
  RECORD_RETENTION_DAYS: "30",
  PAYLOAD_BUCKET: "payloads",
  STAGE: "dev",
  SCALER_FUNCTION: "scaler",
};

/** What a reader answers to variables that it must refuse. */
const refusalOf = (read: (variables: Variables) => unknown, variables: Variables): unknown => {
  try {
    return read(variables);
  } catch (error) {
    return error;
  }
};

const refusal = (message: string) =>
  expect.objectContaining({ code: "EnvironmentInvalid", message, hint: expect.stringContaining("deploy") });

describe("readApiEnvironment", () => {
  it("reads text, numbers and the queues, and leaves alone what others set", () => {
    expect(readApiEnvironment({ ...API, AWS_REGION: "eu-north-1" })).toEqual({
      tableName: "jobs",
      queues: {
        work: { queueUrl: "q", deadLetterQueueUrl: "d", functionName: "f", limit: null, isProvisioned: false },
      },
      metricsPeriodSeconds: 60,
      payloadBucket: "payloads",
      recordRetentionDays: 30,
      redriveLimit: 10,
      scalerFunction: "scaler",
    });
  });

  it.each(Object.values(API_VARIABLES))("rejects an environment without %s, or with none of it", (name) => {
    expect(refusalOf(readApiEnvironment, { ...API, [name]: undefined })).toEqual(
      refusal(`environment variable ${name} must be set, got undefined`),
    );
    expect(refusalOf(readApiEnvironment, { ...API, [name]: "" })).toEqual(
      refusal(`environment variable ${name} must be set, got ""`),
    );
  });

  it.each(["METRICS_PERIOD_SECONDS", "RECORD_RETENTION_DAYS", "REDRIVE_LIMIT"])(
    "rejects a %s that is no number",
    (name) => {
      expect(refusalOf(readApiEnvironment, { ...API, [name]: "ten" })).toEqual(
        refusal(`environment variable ${name} must be a number, got "ten"`),
      );
    },
  );

  it("rejects queues that are no JSON", () => {
    expect(refusalOf(readApiEnvironment, { ...API, QUEUES: "{" })).toEqual(
      refusal('environment variable QUEUES must be JSON, got "{"'),
    );
  });
});

describe("readWorkerEnvironment", () => {
  it("reads text and numbers, and leaves alone what the job type sets", () => {
    expect(readWorkerEnvironment({ ...WORKER, PAYMENTS_URL: "https://example.com" })).toEqual({
      tableName: "jobs",
      jobType: "work",
      queueUrl: "q",
      deadLetterQueueUrl: "d",
      timeoutSeconds: 20,
      parallel: 4,
      visibilityTimeoutSeconds: 390,
      queueRetentionDays: 4,
      recordRetentionDays: 30,
      payloadBucket: "payloads",
      stage: "dev",
      scalerFunction: "scaler",
    });
  });

  it.each(Object.values(WORKER_VARIABLES))("rejects an environment without %s", (name) => {
    expect(refusalOf(readWorkerEnvironment, { ...WORKER, [name]: undefined })).toEqual(
      refusal(`environment variable ${name} must be set, got undefined`),
    );
  });

  it.each([
    "JOB_TIMEOUT_SECONDS",
    "JOBS_IN_PARALLEL",
    "VISIBILITY_TIMEOUT_SECONDS",
    "QUEUE_RETENTION_DAYS",
    "RECORD_RETENTION_DAYS",
  ])("rejects a %s that is no number", (name) => {
    expect(refusalOf(readWorkerEnvironment, { ...WORKER, [name]: "NaN" })).toEqual(
      refusal(`environment variable ${name} must be a number, got "NaN"`),
    );
  });
});

describe("readScalerEnvironment", () => {
  const SCALER: Variables = { TABLE_NAME: "jobs", STAGE: "dev", QUEUES: '{"work":{"queueUrl":"q","queueArn":"a"}}' };

  it("reads text and the queues", () => {
    expect(readScalerEnvironment(SCALER)).toEqual({
      tableName: "jobs",
      stage: "dev",
      queues: { work: { queueUrl: "q", queueArn: "a" } },
    });
  });

  it.each(Object.values(SCALER_VARIABLES))("rejects an environment without %s", (name) => {
    expect(refusalOf(readScalerEnvironment, { ...SCALER, [name]: undefined })).toEqual(
      refusal(`environment variable ${name} must be set, got undefined`),
    );
  });
});
