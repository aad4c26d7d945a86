import type { IBucket } from "aws-cdk-lib/aws-s3";
import { PAYLOAD_PREFIXES } from "../core/payload.ts";
import type { Grant } from "./grant.ts";

/** What a function may do with objects of the payload bucket. */
type PayloadAction = "s3:GetObject" | "s3:PutObject";

/** Returns rights on the payload bucket: actions on inputs and on results, each under its own prefix. */
export const payloadGrants = (
  bucket: IBucket,
  actions: Readonly<Record<keyof typeof PAYLOAD_PREFIXES, readonly PayloadAction[]>>,
): readonly Grant[] => [
  objectGrant(bucket, PAYLOAD_PREFIXES.inputs, actions.inputs),
  objectGrant(bucket, PAYLOAD_PREFIXES.results, actions.results),
  // Who may not list gets 403 for an object that is gone, as for one that is forbidden, and could not tell the two
  // apart. No condition on a prefix: a read of one object names none, and would not meet it.
  // https://docs.aws.amazon.com/AmazonS3/latest/API/API_GetObject.html
  { actions: ["s3:ListBucket"], resources: [bucket.bucketArn] },
];

const objectGrant = (bucket: IBucket, prefix: string, actions: readonly PayloadAction[]): Grant => ({
  actions,
  resources: [bucket.arnForObjects(`${prefix}*`)],
  openBecause:
    "objects are named after their jobs: each is new, and their prefix is the narrowest that is known before",
});
