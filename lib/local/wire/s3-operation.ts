import type { IncomingMessage } from "node:http";

type Form = {
  readonly method: "GET" | "PUT" | "HEAD" | "POST" | "DELETE";
  readonly of: "service" | "bucket" | "object";
  /** Query parameters that tell this operation from others on the same path, sorted. */
  readonly by: string;
};

/** The operations of S3 that fauxqs answers, and how each is told from the others. */
const FORMS: Readonly<Record<string, Form>> = {
  AbortMultipartUpload: { method: "DELETE", of: "object", by: "uploadId" },
  CompleteMultipartUpload: { method: "POST", of: "object", by: "uploadId" },
  CreateBucket: { method: "PUT", of: "bucket", by: "" },
  CreateMultipartUpload: { method: "POST", of: "object", by: "uploads" },
  DeleteBucket: { method: "DELETE", of: "bucket", by: "" },
  DeleteObject: { method: "DELETE", of: "object", by: "" },
  DeleteObjects: { method: "POST", of: "bucket", by: "delete" },
  GetObject: { method: "GET", of: "object", by: "" },
  HeadBucket: { method: "HEAD", of: "bucket", by: "" },
  HeadObject: { method: "HEAD", of: "object", by: "" },
  ListBuckets: { method: "GET", of: "service", by: "" },
  ListObjects: { method: "GET", of: "bucket", by: "" },
  ListObjectsV2: { method: "GET", of: "bucket", by: "list-type" },
  PutObject: { method: "PUT", of: "object", by: "" },
  UploadPart: { method: "PUT", of: "object", by: "partNumber uploadId" },
};

export const S3_OPERATIONS: readonly string[] = Object.keys(FORMS);

/** Query parameters that say how, not what. */
const MODIFIERS = new Set([
  "continuation-token",
  "delimiter",
  "encoding-type",
  "fetch-owner",
  "marker",
  "max-keys",
  "prefix",
  "start-after",
  "x-id",
]);

/** Headers that ask for something that fauxqs would silently not do. */
const UNSUPPORTED_ON_WRITES = ["if-match", "if-none-match", "x-amz-copy-source"];

const SCOPE = /^AWS4-HMAC-SHA256 Credential=[^,\s]+\/s3\/aws4_request\b/;

/** Tells by the signature's scope whether a call is meant for S3; a page in a browser cannot send one unasked. */
export const isS3Call = ({ headers }: IncomingMessage): boolean => SCOPE.test(headers.authorization ?? "");

/** Names the operation that a call to S3 asks for, or what it asks for that this run has not. */
export const s3OperationOf = (request: IncomingMessage): { operation: string } | { unsupported: string } => {
  const { method = "", url = "", headers } = request;
  const [path = "", query = ""] = url.split("?", 2);
  const shown = `${method} ${path}`;
  if (isVirtualHost(headers.host ?? "")) return { unsupported: `buckets in the host's name (${headers.host})` };
  const by = [...new Set(new URLSearchParams(query).keys())].filter((name) => !MODIFIERS.has(name)).sort();
  const [operation] =
    Object.entries(FORMS).find(
      ([, form]) => form.method === method && form.of === levelOf(path) && form.by === by.join(" "),
    ) ?? [];
  if (operation === undefined) return { unsupported: by.length === 0 ? shown : `${shown}?${by.join("&")}` };
  const header = method === "GET" || method === "HEAD" ? undefined : unsupportedHeader(request);
  return header === undefined ? { operation } : { unsupported: `${operation} with the header ${header}` };
};

const unsupportedHeader = ({ headers }: IncomingMessage): string | undefined =>
  UNSUPPORTED_ON_WRITES.find((name) => headers[name] !== undefined);

const levelOf = (path: string): Form["of"] => {
  const [, bucket = "", key = ""] = /^\/([^/]*)\/?(.*)$/s.exec(path) ?? [];
  return bucket === "" ? "service" : key === "" ? "bucket" : "object";
};

/** fauxqs would take the first part of such a name for a bucket. */
const isVirtualHost = (host: string): boolean => {
  const name = host.replace(/:\d+$/, "");
  return name.includes(".") && !/^\d+\.\d+\.\d+\.\d+$/.test(name);
};
