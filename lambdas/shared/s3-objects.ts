import { GetObjectCommand, PutObjectCommand, S3Client, S3ServiceException } from "@aws-sdk/client-s3";

/** Objects of one bucket, by their key. */
export type Objects = {
  readonly put: (key: string, bytes: Uint8Array) => Promise<void>;
  /** Undefined if there is no such object. */
  readonly get: (key: string) => Promise<Uint8Array | undefined>;
};

/**
 * Keeps objects in S3; a module of its own, so that only what meets a large input or result pays for loading the client.
 *
 * Reading tells a missing object from a forbidden one only for a caller that may list the bucket.
 *
 * @see https://docs.aws.amazon.com/AmazonS3/latest/API/API_GetObject.html
 */
export const s3Objects = (bucket: string, client: S3Client = s3Client()): Objects => ({
  put: async (key, bytes) => {
    const ContentType = "application/json";
    await client.send(new PutObjectCommand({ Bucket: bucket, Key: key, Body: bytes, ContentType }));
  },
  get: async (key) => {
    try {
      const { Body } = await client.send(new GetObjectCommand({ Bucket: bucket, Key: key }));
      return await Body?.transformToByteArray();
    } catch (error) {
      if (isMissing(error)) return undefined;
      throw error;
    }
  },
});

/*
 * A path instead of a host name for the bucket, because a run on one address has no names for buckets. The time-outs
 * leave three attempts of 3 MiB within the api function's time; without `throwOnRequestTimeout` the SDK would only warn.
 */
const s3Client = (): S3Client =>
  new S3Client({
    forcePathStyle: true,
    requestHandler: {
      connectionTimeout: 1_000,
      requestTimeout: 6_000,
      throwOnRequestTimeout: true,
      socketTimeout: 5_000,
    },
    maxAttempts: 3,
  });

/** A missing bucket is a 404 too, but says nothing about the object. */
const isMissing = (error: unknown): boolean =>
  error instanceof S3ServiceException && error.$metadata.httpStatusCode === 404 && error.name !== "NoSuchBucket";
