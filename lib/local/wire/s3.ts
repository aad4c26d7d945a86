import type { RequestListener } from "node:http";
import { answerS3Error } from "./aws-error.ts";
import { S3_OPERATIONS, s3OperationOf } from "./s3-operation.ts";

/** Paths of fauxqs's own, where S3 would have a bucket. */
const FAUXQS_PATHS = /^\/(health|_fauxqs)(\/|\?|$)/;

/** Hands on the operations of S3 that fauxqs has, and refuses the others, which it would take for one of them. */
export const answerS3 =
  (fauxqs: RequestListener): RequestListener =>
  (request, response) => {
    const asked = s3OperationOf(request);
    if ("operation" in asked && !FAUXQS_PATHS.test(request.url ?? "")) return fauxqs(request, response);
    request.resume();
    const what = "operation" in asked ? `a bucket of this name (${request.url})` : asked.unsupported;
    const message = `a local run does not support ${what} of S3; it supports, path style: ${S3_OPERATIONS.join(", ")}`;
    answerS3Error(response, { code: "NotImplemented", message });
  };
