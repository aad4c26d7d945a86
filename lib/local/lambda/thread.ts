import { parentPort, workerData } from "node:worker_threads";
import type { FunctionError } from "./result.ts";
import type { FromThread, ThreadData, ToThread } from "./thread-messages.ts";

// What runs inside an environment's thread. It is handed over as text, so it can import nothing but Node's own modules.

const data: ThreadData = workerData;

/** Lambda's limit for what an invocation takes and gives. */
const MAX_PAYLOAD_BYTES = 6_291_556;

/** The machine's, whatever the function's clock says. */
const trueNow = Date.now;

const send = (message: FromThread): void => parentPort?.postMessage(message);

const errorOf = (error: unknown): FunctionError =>
  error instanceof Error
    ? {
        errorType: error.name,
        errorMessage: error.message,
        trace: (error.stack ?? "").split("\n"),
      }
    : { errorType: typeof error, errorMessage: String(error), trace: [] };

const contextOf = ({ requestId, deadlineMs }: ToThread): object => ({
  awsRequestId: requestId,
  callbackWaitsForEmptyEventLoop: true,
  functionName: data.functionName,
  functionVersion: "$LATEST",
  invokedFunctionArn: data.functionArn,
  memoryLimitInMB: String(data.memoryMiB),
  logGroupName: data.logGroupName,
  logStreamName: data.logStreamName,
  getRemainingTimeInMillis: () => Math.max(0, deadlineMs - trueNow()),
});

type Handler = (event: unknown, context: object) => unknown;

const run = async (handler: Handler, invocation: ToThread): Promise<FromThread> => {
  try {
    const result = await handler(JSON.parse(invocation.payload), contextOf(invocation));
    const payload = JSON.stringify(result) ?? "null";
    const bytes = Buffer.byteLength(payload);
    if (bytes <= MAX_PAYLOAD_BYTES) return { kind: "succeeded", payload };
    const errorMessage = `Response payload size exceeded maximum allowed payload size (${MAX_PAYLOAD_BYTES} bytes).`;
    return { kind: "failed", error: { errorType: "Function.ResponseSizeTooLarge", errorMessage, trace: [] } };
  } catch (error) {
    return { kind: "failed", error: errorOf(error) };
  }
};

/** Gives the function another time than this machine's. */
const setClock = (now: () => number): void => {
  const TrueDate = Date;
  globalThis.Date = new Proxy(TrueDate, {
    apply: () => new TrueDate(now()).toString(),
    construct: (target, given, newTarget) => Reflect.construct(target, given.length === 0 ? [now()] : given, newTarget),
    get: (target, name) => (name === "now" ? now : Reflect.get(target, name)),
  });
};

const crash = (error: FunctionError): void => {
  send({ kind: "crashed", error });
  process.exit(1);
};

const loadHandler = async (): Promise<Handler> => {
  const module: Record<string, unknown> = await import(data.handlerUrl);
  const handler = module[data.handlerName];
  if (typeof handler === "function") return (event, context) => handler(event, context);
  const error = new Error(`${data.handlerName} is undefined or not exported`);
  error.name = "Runtime.HandlerNotFound";
  throw error;
};

process.on("uncaughtException", (error) => crash(errorOf(error)));
process.on("unhandledRejection", (reason) =>
  crash({ ...errorOf(reason), errorType: "Runtime.UnhandledPromiseRejection" }),
);

const startedMs = performance.now();
const { clockOffMs = 0 } = data;
if (data.passed !== undefined) {
  const passed = new BigInt64Array(data.passed);
  setClock(() => trueNow() + clockOffMs + Number(Atomics.load(passed, 0)));
} else if (clockOffMs !== 0) setClock(() => trueNow() + clockOffMs);
try {
  const handler = await loadHandler();
  parentPort?.on("message", async (invocation: ToThread) => send(await run(handler, invocation)));
  send({ kind: "ready", initMs: performance.now() - startedMs });
} catch (error) {
  send({ kind: "init-failed", error: errorOf(error) });
}
