import { REGION } from "../aws.ts";
import type { FunctionSettings } from "../world.ts";

/**
 * Returns the environment variables that a function sees: its own and Lambda's, and nothing of this machine's.
 *
 * @see https://docs.aws.amazon.com/lambda/latest/dg/configuration-envvars.html
 */
export const lambdaVariables = (
  settings: FunctionSettings,
  awsUrl: string,
  accessKeyId: string,
  logStreamName: string,
): Readonly<Record<string, string>> => ({
  ...settings.variables,
  AWS_ACCESS_KEY_ID: accessKeyId,
  AWS_SECRET_ACCESS_KEY: "local",
  AWS_SESSION_TOKEN: "local",
  AWS_REGION: REGION,
  AWS_DEFAULT_REGION: REGION,
  AWS_ENDPOINT_URL: awsUrl,
  // The SDK would else read this person's own profile.
  AWS_CONFIG_FILE: NO_FILE,
  AWS_SHARED_CREDENTIALS_FILE: NO_FILE,
  AWS_EXECUTION_ENV: "AWS_Lambda_nodejs24.x",
  AWS_LAMBDA_FUNCTION_NAME: settings.name,
  AWS_LAMBDA_FUNCTION_VERSION: "$LATEST",
  AWS_LAMBDA_FUNCTION_MEMORY_SIZE: String(settings.memoryMiB),
  AWS_LAMBDA_INITIALIZATION_TYPE: "on-demand",
  AWS_LAMBDA_LOG_GROUP_NAME: settings.logGroupName,
  AWS_LAMBDA_LOG_STREAM_NAME: logStreamName,
  LAMBDA_TASK_ROOT: settings.codeFolder,
  _HANDLER: settings.handler,
  LANG: "en_US.UTF-8",
  TZ: ":UTC",
});

const NO_FILE = "/nonexistent";
