import type { ITableV2 } from "aws-cdk-lib/aws-dynamodb";
import type { Function as LambdaFunction } from "aws-cdk-lib/aws-lambda";
import type { ParsedJobType, ParsedStage } from "../core/settings.ts";
import type { ApiFront } from "./api-front.ts";
import type { JobQueue } from "./job-queue.ts";

/** One job type, as alarms and dashboard see it. */
export type WatchedJobType = {
  readonly name: string;
  readonly settings: ParsedJobType;
  readonly queue: JobQueue;
  readonly worker: { readonly lambda: LambdaFunction };
};

/** All that alarms and dashboard watch. */
export type WatchedStage = {
  readonly stage: ParsedStage;
  readonly jobTypes: readonly WatchedJobType[];
  readonly api: Pick<ApiFront, "dimensions" | "url"> & { readonly lambda: LambdaFunction };
  readonly table: ITableV2;
  readonly scaler: { readonly lambda: LambdaFunction };
};
