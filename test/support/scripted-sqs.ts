import { Readable } from "node:stream";
import { SQSClient } from "@aws-sdk/client-sqs";
import { HttpResponse } from "@smithy/core/protocols";
import { clientOptions } from "./client-options.ts";

/** What SQS says to a call; `silence` is a call that it never answers. */
export type SqsAnswer =
  | { readonly status?: number; readonly type?: string; readonly body?: Readonly<Record<string, unknown>> }
  | "silence";

/** The body of a batch call. */
export type SqsCall = { readonly Entries: readonly { readonly Id: string; readonly MessageBody?: string }[] };

/** A client of an SQS that answers as told; the SDK itself tries each call once. */
export const scriptedSqs = (answer: (call: SqsCall, index: number) => SqsAnswer) => {
  const calls: SqsCall[] = [];
  const client = new SQSClient({
    ...clientOptions("http://sqs.invalid"),
    maxAttempts: 1,
    md5: false,
    requestHandler: {
      handle: (request: { readonly body: Uint8Array }, { abortSignal }: { readonly abortSignal?: unknown } = {}) => {
        const call = JSON.parse(new TextDecoder().decode(request.body)) as SqsCall;
        calls.push(call);
        const given = answer(call, calls.length - 1);
        if (given === "silence") return untilAborted(abortSignal);
        const { status = 200, type, body = {} } = given;
        const headers = { "content-type": "application/x-amz-json-1.0", ...(type && { "x-amzn-errortype": type }) };
        const text = JSON.stringify(type === undefined ? body : { __type: type, message: "said SQS" });
        const response = new HttpResponse({ statusCode: status, headers, body: Readable.from([Buffer.from(text)]) });
        return Promise.resolve({ response });
      },
    },
  });
  return { client, calls };
};

const untilAborted = (signal: unknown): Promise<never> =>
  new Promise((_resolve, reject) => {
    if (!(signal instanceof AbortSignal)) return;
    const abort = (): void => reject(Object.assign(new Error("Request aborted"), { name: "AbortError" }));
    if (signal.aborted) abort();
    else signal.addEventListener("abort", abort, { once: true });
  });
