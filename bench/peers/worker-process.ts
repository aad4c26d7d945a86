import type { Context, SQSBatchResponse, SQSEvent } from "aws-lambda";

/*
 * One Lambda environment as a process: imports a worker's bundle, then runs a block of batches whenever its parent
 * sends one. Nothing else is in here, so that what the process uses is what the worker uses.
 */

/** Batches to hand to the worker one after another. */
export type Block = { readonly events: readonly SQSEvent[] };

/** What a process says: how long it took to import the bundle, then what each block took. */
export type Spent = { readonly cpuMs: number; readonly wallMs: number };

type Handler = (event: SQSEvent, context: Context) => Promise<SQSBatchResponse>;

/** What an invocation may take, in milliseconds. */
const INVOCATION_MS = 60_000;

const contextOf = (deadlineMs: number): Context => ({
  awsRequestId: "bench",
  callbackWaitsForEmptyEventLoop: true,
  functionName: String(process.env.AWS_LAMBDA_FUNCTION_NAME),
  functionVersion: "$LATEST",
  invokedFunctionArn: "arn:aws:lambda:us-east-1:000000000000:function:bench",
  memoryLimitInMB: "256",
  logGroupName: "/aws/lambda/bench",
  logStreamName: "bench",
  getRemainingTimeInMillis: () => Math.max(0, deadlineMs - Date.now()),
  done: () => undefined,
  fail: () => undefined,
  succeed: () => undefined,
});

const measured = async (work: () => Promise<void>): Promise<Spent> => {
  const cpu = process.cpuUsage();
  const startedMs = performance.now();
  await work();
  const wallMs = performance.now() - startedMs;
  const { user, system } = process.cpuUsage(cpu);
  return { cpuMs: (user + system) / 1_000, wallMs };
};

const say = (spent: Spent): void => void process.send?.(spent);

const loaded: { handler?: Handler } = {};
const init = await measured(async () => {
  const module: { readonly handler: Handler } = await import(process.argv[2] ?? "");
  loaded.handler = module.handler;
});

const runBlock = async ({ events }: Block): Promise<void> => {
  for (const event of events) {
    const { batchItemFailures } = (await loaded.handler?.(event, contextOf(Date.now() + INVOCATION_MS))) ?? {};
    if (batchItemFailures?.length !== 0) throw new Error(`jobs failed: ${JSON.stringify(batchItemFailures)}`);
  }
};

process.on("message", async (block: Block) => say(await measured(() => runBlock(block))));
process.on("disconnect", () => process.exit());
say(init);
