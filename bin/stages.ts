import type { StageSettings } from "../lib/core/settings.ts";

/** The deployments of this project. Edit this file, then `npx cdk diff -c stage=<name>` shows what would change. */
export const stages = {
  /** A personal account: closed to strangers, easy to remove. */
  dev: {
    jobTypes: {
      "deliver-webhook": {
        maxConcurrency: 40,
        secrets: ["WEBHOOK_SIGNING_SECRET"],
        environment: { ALLOW_PRIVATE_ADDRESSES: "false" },
      },
      "profile-csv": {
        timeoutSeconds: 120,
        memoryMiB: 512,
        batchSize: 2,
        parallel: 2,
        maxConcurrency: 10,
        targetWaitSeconds: 300,
        environment: { ALLOW_PRIVATE_ADDRESSES: "false" },
      },
    },
  },
  /** What others depend on: data cannot be deleted by accident. */
  prod: {
    isProtected: true,
    logRetentionDays: 90,
    recordRetentionDays: 90,
    throttle: { ratePerSecond: 1_000, burst: 2_000 },
    jobTypes: {
      "deliver-webhook": {
        maxConcurrency: 200,
        secrets: ["WEBHOOK_SIGNING_SECRET"],
        environment: { ALLOW_PRIVATE_ADDRESSES: "false" },
      },
      "profile-csv": {
        timeoutSeconds: 120,
        memoryMiB: 1_024,
        batchSize: 2,
        parallel: 2,
        maxConcurrency: 50,
        targetWaitSeconds: 300,
        environment: { ALLOW_PRIVATE_ADDRESSES: "false" },
      },
    },
  },
  /** LocalStack and compatible emulators: open, allowed to call receivers on this machine, and with the alarms they take. */
  emulator: {
    auth: "public",
    alarms: "plain",
    jobTypes: {
      "deliver-webhook": {
        maxConcurrency: 10,
        secrets: ["WEBHOOK_SIGNING_SECRET"],
        environment: { ALLOW_PRIVATE_ADDRESSES: "true" },
      },
      "profile-csv": {
        timeoutSeconds: 120,
        batchSize: 2,
        parallel: 2,
        maxConcurrency: 5,
        targetWaitSeconds: 300,
        environment: { ALLOW_PRIVATE_ADDRESSES: "true" },
      },
    },
  },
} satisfies Readonly<Record<string, StageSettings>>;
