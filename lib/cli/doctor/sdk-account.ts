import { CloudFormationClient, DescribeStacksCommand } from "@aws-sdk/client-cloudformation";
import { GetAccountSettingsCommand, LambdaClient } from "@aws-sdk/client-lambda";
import { GetParameterCommand, ParameterNotFound, SSMClient } from "@aws-sdk/client-ssm";
import { GetCallerIdentityCommand, STSClient } from "@aws-sdk/client-sts";
import type { AccountConcurrency, AwsAccount, Caller, StackState } from "./aws-account.ts";
import { within } from "./within.ts";

export type SdkAccountOptions = {
  readonly region: string;
  readonly profile?: string | undefined;
  /** @default AWS's own, or what `AWS_ENDPOINT_URL` says */
  readonly endpoint?: string;
  /** @default what the SDK's chain of providers finds */
  readonly credentials?: { readonly accessKeyId: string; readonly secretAccessKey: string };
  /** How long one call may take, tries and the search for credentials included. @default 10,000 */
  readonly callMs?: number;
};

type Credentials = Awaited<ReturnType<STSClient["config"]["credentials"]>>;

const CALL_MS = 10_000;
const CONNECT_MS = 4_000;
const ATTEMPTS = 2;

/** Asks AWS, or who answers in its place, with the SDK's clients; credentials are looked for once. */
export const sdkAccount = ({ callMs = CALL_MS, ...given }: SdkAccountOptions): AwsAccount => {
  let found: Promise<Credentials> | undefined;
  const optionsNow = async () => {
    found ??= credentialsOf(given, callMs);
    return {
      ...given,
      credentials: await found,
      maxAttempts: ATTEMPTS,
      requestHandler: {
        connectionTimeout: Math.min(CONNECT_MS, callMs),
        requestTimeout: callMs,
        throwOnRequestTimeout: true,
      },
    };
  };
  return {
    caller: async () => ask(new STSClient(await optionsNow()), callMs, callerOf),
    parameter: async (name) => ask(new SSMClient(await optionsNow()), callMs, parameterOf(name)),
    concurrency: async () => ask(new LambdaClient(await optionsNow()), callMs, concurrencyOf),
    stack: async (name) => ask(new CloudFormationClient(await optionsNow()), callMs, stackOf(name)),
  };
};

/** Looks for credentials as any client would: a provider may ask a process or a service that never answers. */
const credentialsOf = async (given: Omit<SdkAccountOptions, "callMs">, callMs: number): Promise<Credentials> => {
  const sts = new STSClient(given);
  try {
    return await within(callMs, sts.config.credentials());
  } catch (error) {
    if (!(error instanceof Error) || error.name !== "TimeoutError") throw error;
    const message = `the search for them took over ${callMs / 1_000} s (single sign-on, a credential_process, or the metadata of an instance)`;
    throw Object.assign(new Error(message, { cause: error }), { name: "CredentialsProviderError" });
  } finally {
    sts.destroy();
  }
};

type Question<Client, Answer> = (client: Client, abortSignal: AbortSignal) => Promise<Answer>;

const ask = async <Client extends { destroy: () => void }, Answer>(
  client: Client,
  callMs: number,
  question: Question<Client, Answer>,
): Promise<Answer> => {
  const over = new AbortController();
  try {
    return await within(callMs, question(client, over.signal));
  } finally {
    // A call that hangs, or is tried again, would keep the process alive.
    over.abort();
    client.destroy();
  }
};

const callerOf: Question<STSClient, Caller> = async (sts, abortSignal) => {
  let clockAheadSeconds: number | undefined;
  sts.middlewareStack.add(
    (next) => async (args) => {
      const result = await next(args);
      clockAheadSeconds = aheadOf(result.response, Date.now());
      return result;
    },
    { step: "deserialize", priority: "low" },
  );
  const { Account: account, Arn: arn } = await sts.send(new GetCallerIdentityCommand({}), { abortSignal });
  // Whatever answers with 200 counts as an answer to the SDK, a page of HTML too.
  if (account === undefined || arn === undefined) throw new Error("what answers there is not STS");
  return { account, arn, clockAheadSeconds };
};

/** Compares this machine's clock with an answer's `Date`, which has whole seconds. */
const aheadOf = (response: unknown, nowMs: number): number | undefined => {
  const { headers } = (response ?? {}) as { readonly headers?: Readonly<Record<string, string>> };
  const thereMs = Date.parse(headers?.date ?? "");
  return Number.isNaN(thereMs) ? undefined : Math.round((nowMs - thereMs) / 1_000);
};

const parameterOf =
  (name: string): Question<SSMClient, string | undefined> =>
  async (ssm, abortSignal) => {
    try {
      const { Parameter: parameter } = await ssm.send(new GetParameterCommand({ Name: name }), { abortSignal });
      return parameter?.Value;
    } catch (error) {
      if (error instanceof ParameterNotFound) return undefined;
      throw error;
    }
  };

const concurrencyOf: Question<LambdaClient, AccountConcurrency> = async (lambda, abortSignal) => {
  const { AccountLimit: limit } = await lambda.send(new GetAccountSettingsCommand({}), { abortSignal });
  const concurrency = limit?.ConcurrentExecutions;
  if (concurrency === undefined) throw new Error("GetAccountSettings answered without ConcurrentExecutions");
  return { concurrency, unreserved: limit?.UnreservedConcurrentExecutions ?? concurrency };
};

const stackOf =
  (name: string): Question<CloudFormationClient, StackState | undefined> =>
  async (cloudFormation, abortSignal) => {
    try {
      const command = new DescribeStacksCommand({ StackName: name });
      const { Stacks: stacks = [] } = await cloudFormation.send(command, { abortSignal });
      const [stack] = stacks;
      return stack && { status: String(stack.StackStatus), reason: stack.StackStatusReason };
    } catch (error) {
      // CloudFormation has no code of its own for it.
      const isMissing = error instanceof Error && error.name === "ValidationError" && /not exist/.test(error.message);
      if (isMissing) return undefined;
      throw error;
    }
  };
