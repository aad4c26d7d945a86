import { RemovalPolicy } from "aws-cdk-lib";
import { LogGroup } from "aws-cdk-lib/aws-logs";
import type { Construct } from "constructs";

/** Makes a log group that forgets after some days and goes with its stack: logs are not what a stage must keep. */
export const expiringLogs = (scope: Construct, id: string, retentionDays: number): LogGroup =>
  new LogGroup(scope, id, { retention: retentionDays, removalPolicy: RemovalPolicy.DESTROY });
