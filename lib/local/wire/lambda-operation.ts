import type { IncomingMessage } from "node:http";
import type { LambdaCall } from "./messages.ts";

type Form = { readonly method: string; readonly path: RegExp };

const MAPPINGS = "/2015-03-31/event-source-mappings";

/** The operations of Lambda that a run answers, and how each is told from the others; groups name what a path holds. */
const FORMS = {
  GetAccountSettings: { method: "GET", path: /^\/2016-08-19\/account-settings\/?$/ },
  GetEventSourceMapping: { method: "GET", path: new RegExp(`^${MAPPINGS}/(?<UUID>[^/]+)$`) },
  Invoke: { method: "POST", path: /^\/2015-03-31\/functions\/(?<FunctionName>[^/]+)\/invocations$/ },
  ListEventSourceMappings: { method: "GET", path: new RegExp(`^${MAPPINGS}/?$`) },
  UpdateEventSourceMapping: { method: "PUT", path: new RegExp(`^${MAPPINGS}/(?<UUID>[^/]+)$`) },
} as const satisfies Readonly<Record<string, Form>>;

export type LambdaOperation = keyof typeof FORMS;

export const LAMBDA_OPERATIONS = Object.keys(FORMS) as readonly LambdaOperation[];

/** Parameters that a header carries, by its name. */
const HEADERS: Readonly<Record<string, string>> = {
  "x-amz-client-context": "ClientContext",
  "x-amz-durable-execution-name": "DurableExecutionName",
  "x-amz-invocation-type": "InvocationType",
  "x-amz-log-type": "LogType",
  "x-amz-tenant-id": "TenantId",
};

const SCOPE = /^AWS4-HMAC-SHA256 Credential=[^,\s]+\/lambda\/aws4_request\b/;

/** Tells by the signature's scope whether a call is meant for Lambda; a page in a browser cannot send one unasked. */
export const isLambdaCall = ({ headers }: IncomingMessage): boolean => SCOPE.test(headers.authorization ?? "");

/** Names the operation that a call to Lambda asks for, with what path, query and headers say; none where this run has no such. */
export const lambdaOperationOf = ({
  method,
  url = "",
  headers,
}: IncomingMessage): Omit<LambdaCall, "body"> | undefined => {
  const [path = "", query = ""] = url.split("?", 2);
  for (const operation of LAMBDA_OPERATIONS) {
    const found = FORMS[operation].method === method ? FORMS[operation].path.exec(path) : null;
    if (found === null) continue;
    const inPath = Object.entries(found.groups ?? {}).map(([name, value]) => [name, decoded(value)]);
    const inHeaders = Object.entries(HEADERS).map(([header, name]) => [name, headers[header]]);
    const given = [...inPath, ...new URLSearchParams(query), ...inHeaders];
    return { operation, parameters: Object.fromEntries(given.filter(([, value]) => value !== undefined)) };
  }
  return undefined;
};

const decoded = (part: string): string => {
  try {
    return decodeURIComponent(part);
  } catch {
    return part;
  }
};
