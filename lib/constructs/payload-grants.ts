import type { IBucket } from "aws-cdk-lib/aws-s3";
import { PAYLOAD_PREFIXES } from "../core/payload.ts";
import type { Grant } from "./node-function.ts";

/** What a function may do with objects of the payload bucket. */
type PayloadAction = "s3:GetObject" | "s3:PutObject";

/** Returns rights on the payload bucket: actions on inputs and on results, each under its own prefix. */
export const payloadGrants = (
  bucket: IBucket,
  actions: Readonly<Record<keyof typeof PAYLOAD_PREFIXES, readonly PayloadAction[]>>,
): readonly Grant[] => [
  { actions: actions.inputs, resources: [bucket.arnForObjects(`${PAYLOAD_PREFIXES.inputs}*`)] },
  { actions: actions.results, resources: [bucket.arnForObjects(`${PAYLOAD_PREFIXES.results}*`)] },
  // Who may not list gets 403 for an object that is gone, as for one that is forbidden, and could not tell the two
  // apart. No condition on a prefix: a read of one object names none, and would not meet it.
  // https://docs.aws.amazon.com/AmazonS3/latest/API/API_GetObject.html
  { actions: ["s3:ListBucket"], resources: [bucket.bucketArn] },
];
