import { text } from "node:stream/consumers";
import { LambdaClient } from "@aws-sdk/client-lambda";
import { ConfiguredRetryStrategy } from "@smithy/core/retry";
import { onTestFinished } from "vitest";
import { clientOptions } from "./client-options.ts";
import { serve } from "./local-server.ts";

/** What Lambda says to a call: an error where it names a type. */
export type LambdaAnswer = {
  readonly status?: number;
  readonly error?: string;
  readonly headers?: Readonly<Record<string, string>>;
  readonly body?: unknown;
};

/** A call of Lambda: `GET /2015-03-31/event-source-mappings/?EventSourceArn=…` as `GET event-source-mappings ?EventSourceArn=…`. */
export type LambdaCall = { readonly call: string; readonly body: unknown };

/** A client of a Lambda that answers as told, over HTTP; it waits no time before it tries again. */
export const scriptedLambda = async (
  answer: (call: LambdaCall, index: number) => LambdaAnswer | "silence",
  { attempts = 1 }: { readonly attempts?: number } = {},
) => {
  const calls: LambdaCall[] = [];
  const server = await serve(async (request, response) => {
    const sent = await text(request);
    const { pathname, searchParams } = new URL(request.url ?? "", "http://lambda");
    const path = pathname.split("/").slice(2).filter(Boolean).map(decodeURIComponent).join("/");
    const query = searchParams.size === 0 ? "" : ` ?${decodeURIComponent(searchParams.toString())}`;
    const call = { call: `${request.method} ${path}${query}`, body: sent === "" ? undefined : JSON.parse(sent) };
    calls.push(call);
    const given = answer(call, calls.length - 1);
    if (given === "silence") return;
    const { status = 200, error, headers = {}, body = {} } = given;
    response.writeHead(status, {
      "content-type": "application/json",
      ...(error && { "x-amzn-errortype": error }),
      ...headers,
    });
    response.end(typeof body === "string" ? body : JSON.stringify(error ? { Type: "User", Message: error } : body));
  });
  const retryStrategy = new ConfiguredRetryStrategy(attempts, 0);
  const client = new LambdaClient({ ...clientOptions(server.url), retryStrategy });
  onTestFinished(() => client.destroy());
  return { client, calls, url: server.url };
};
