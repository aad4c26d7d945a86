import { PARTITION } from "../aws.ts";
import { nameOf } from "./properties.ts";
import type { ResourceType } from "./resource-type.ts";
import { differs, each, fields, honoured, inert, only } from "./treatment.ts";
import { unenforced } from "./unenforced.ts";

const expiry = differs("objects and uploads stay until they are deleted: nothing expires here");

export const bucket: ResourceType = {
  type: "AWS::S3::Bucket",
  properties: {
    BucketName: honoured,
    BucketEncryption: differs("objects are kept as they are, unencrypted"),
    LifecycleConfiguration: fields({ Rules: expiry, TransitionDefaultMinimumObjectSize: inert }),
    LoggingConfiguration: differs("no log of the requests is written"),
    OwnershipControls: fields({ Rules: each(fields({ ObjectOwnership: only("BucketOwnerEnforced") })) }),
    PublicAccessBlockConfiguration: unenforced,
    VersioningConfiguration: fields({ Status: only("Suspended") }),
    Tags: inert,
  },
  attributes: ["Arn"],
  differences: [
    {
      about: "objects that are missing",
      why: "they are NoSuchKey; AWS says AccessDenied to who may not list the bucket",
    },
    { about: "conditional writes, copies, presigned URLs", why: "the requests are refused" },
    { about: "checksums", why: "what a client sends is kept and given back, but not compared with the object" },
  ],
  create: async (resource, { createBucket }) => {
    // CloudFormation makes names in lower case too: S3 takes no other.
    const name = nameOf(resource, "BucketName", 63).toLowerCase();
    await createBucket(name);
    return { ref: name, attributes: { Arn: `arn:${PARTITION}:s3:::${name}` } };
  },
};
