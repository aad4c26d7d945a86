import { Duration } from "aws-cdk-lib";
import { PolicyDocument, Role, ServicePrincipal } from "aws-cdk-lib/aws-iam";
import {
  Architecture,
  Function as LambdaFunction,
  LoggingFormat,
  type RecursiveLoop,
  Runtime,
} from "aws-cdk-lib/aws-lambda";
import type { ILogGroup } from "aws-cdk-lib/aws-logs";
import { Construct } from "constructs";
import { expiringLogs } from "./expiring-logs.ts";
import { acknowledgeOpenGrants, type Grant, statementsOf } from "./grant.ts";
import { type BundleEntry, bundledCode } from "./node-bundle.ts";

export type { Grant } from "./grant.ts";

export type NodeFunctionProps = {
  readonly description: string;
  /** The module to bundle; it exports `handler`. */
  readonly entry: BundleEntry;
  readonly memoryMiB: number;
  readonly timeoutSeconds: number;
  readonly logRetentionDays: number;
  readonly environment: Readonly<Record<string, string>>;
  /** All that the function may do, besides writing its own log. */
  readonly grants: readonly Grant[];
  /** @default Lambda ends what it takes for a loop */
  readonly recursiveLoop?: RecursiveLoop;
};

/** A Node.js function on arm64 with its own role, log group and bundle. */
export class NodeFunction extends Construct {
  readonly lambda: LambdaFunction;
  readonly role: Role;

  constructor(scope: Construct, id: string, props: NodeFunctionProps) {
    super(scope, id);
    const logGroup = expiringLogs(this, "Logs", props.logRetentionDays);
    this.role = this.#role(logGroup, props.grants);
    this.lambda = new LambdaFunction(this, "Function", {
      description: props.description,
      runtime: Runtime.NODEJS_24_X,
      architecture: Architecture.ARM_64,
      code: bundledCode(props.entry),
      handler: "index.handler",
      memorySize: props.memoryMiB,
      timeout: Duration.seconds(props.timeoutSeconds),
      environment: props.environment,
      role: this.role,
      logGroup,
      loggingFormat: LoggingFormat.JSON,
      recursiveLoop: props.recursiveLoop,
    });
  }

  // Written by hand: AWS's own execution policy would allow writing to every log group of the account.
  #role(logGroup: ILogGroup, grants: readonly Grant[]): Role {
    const log: Grant = {
      actions: ["logs:CreateLogStream", "logs:PutLogEvents"],
      resources: [logGroup.logGroupArn],
    };
    const role = new Role(this, "Role", {
      assumedBy: new ServicePrincipal("lambda.amazonaws.com"),
      inlinePolicies: { Work: new PolicyDocument({ statements: statementsOf([log, ...grants]) }) },
    });
    acknowledgeOpenGrants(role, grants);
    return role;
  }
}
