import { type IncomingHttpHeaders, type IncomingMessage, request, type ServerResponse } from "node:http";
import { buffer } from "node:stream/consumers";
import { LOOPBACK } from "../aws.ts";

/** A call of one of AWS's services that was taken off the wire before the service saw it. */
export type CapturedCall = {
  readonly method: string;
  readonly path: string;
  readonly headers: IncomingHttpHeaders;
  readonly body: Buffer;
};

export type Answer = { readonly status: number; readonly headers: IncomingHttpHeaders; readonly body: Buffer };

/** Tells a call that is performed from one that comes off the wire for the first time. */
const PERFORMED_HEADER = "x-sluice-performed";

export const isPerformed = ({ headers }: IncomingMessage): boolean => headers[PERFORMED_HEADER] !== undefined;

/** Takes a call off the wire. @throws where the caller goes away before it has sent all of it */
export const capture = async (incoming: IncomingMessage): Promise<CapturedCall> => ({
  method: incoming.method ?? "",
  path: incoming.url ?? "",
  headers: incoming.headers,
  body: await buffer(incoming),
});

/** Lets the service perform a captured call, whether or not its caller is still there. @param port of the services */
export const perform = async (call: CapturedCall, port: number): Promise<Answer> => {
  const { promise, resolve, reject } = Promise.withResolvers<IncomingMessage>();
  const headers = { ...call.headers, connection: "close", [PERFORMED_HEADER]: "1" };
  request({ host: LOOPBACK, port, method: call.method, path: call.path, headers }, resolve)
    .on("error", reject)
    .end(call.body);
  const response = await promise;
  return { status: response.statusCode ?? 500, headers: response.headers, body: await buffer(response) };
};

/** Answers a call with what the service said. */
export const answerWith = (response: ServerResponse, { status, headers, body }: Answer): void => {
  const { connection: _, "transfer-encoding": __, "keep-alive": ___, ...own } = headers;
  response.writeHead(status, { ...own, "content-length": body.length });
  response.end(body);
};
