import { Duration } from "aws-cdk-lib";
import { Effect, PolicyDocument, PolicyStatement, Role, ServicePrincipal } from "aws-cdk-lib/aws-iam";
import { Architecture, Function as LambdaFunction, LoggingFormat, Runtime } from "aws-cdk-lib/aws-lambda";
import type { ILogGroup } from "aws-cdk-lib/aws-logs";
import { Construct } from "constructs";
import { expiringLogs } from "./expiring-logs.ts";
import { type BundleEntry, bundledCode } from "./node-bundle.ts";

/** Actions that a function may take, and on what. */
export type Grant = {
  readonly actions: readonly string[];
  readonly resources: readonly string[];
  /** What must hold besides, by operator and key. @default nothing */
  readonly conditions?: Readonly<Record<string, Readonly<Record<string, readonly string[]>>>>;
};

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
    });
  }

  // Written by hand: AWS's own execution policy would allow writing to every log group of the account.
  #role(logGroup: ILogGroup, grants: readonly Grant[]): Role {
    const log: Grant = {
      actions: ["logs:CreateLogStream", "logs:PutLogEvents"],
      resources: [logGroup.logGroupArn],
    };
    return new Role(this, "Role", {
      assumedBy: new ServicePrincipal("lambda.amazonaws.com"),
      inlinePolicies: { Work: new PolicyDocument({ statements: statementsOf([log, ...grants]) }) },
    });
  }
}

/** Returns grants as a policy says them. */
export const statementsOf = (grants: readonly Grant[]): PolicyStatement[] =>
  grants.map(
    ({ actions, resources, conditions }) =>
      new PolicyStatement({
        effect: Effect.ALLOW,
        actions: [...actions],
        resources: [...resources],
        ...(conditions && { conditions }),
      }),
  );
