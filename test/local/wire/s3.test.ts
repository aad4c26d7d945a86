import { request as httpRequest } from "node:http";
import {
  CopyObjectCommand,
  CreateBucketCommand,
  DeleteObjectCommand,
  DeleteObjectsCommand,
  GetObjectCommand,
  HeadBucketCommand,
  HeadObjectCommand,
  ListBucketsCommand,
  ListObjectsCommand,
  ListObjectsV2Command,
  NoSuchKey,
  PutBucketVersioningCommand,
  PutObjectCommand,
  PutObjectTaggingCommand,
  S3Client,
} from "@aws-sdk/client-s3";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { type Store, startStore } from "../../../lib/local/wire/store.ts";

let store: Store;
let s3: S3Client;

const Bucket = "payloads";

beforeAll(async () => {
  store = await startStore(0, (error) => {
    throw error;
  });
  s3 = new S3Client({
    endpoint: store.url,
    region: "us-east-1",
    credentials: { accessKeyId: "test", secretAccessKey: "test" },
    forcePathStyle: true,
  });
  await s3.send(new CreateBucketCommand({ Bucket }));
});

afterAll(async () => {
  s3.destroy();
  await store.stop();
});

const bodyOf = async (Key: string): Promise<Uint8Array | undefined> => {
  const { Body } = await s3.send(new GetObjectCommand({ Bucket, Key }));
  return await Body?.transformToByteArray();
};

/** Bytes of all values, no two neighbours alike. */
const bytes = (length: number): Buffer => Buffer.from(Uint8Array.from({ length }, (_, place) => place * 31));

describe("S3 on the wire", () => {
  it.each([
    { what: "a text", Body: "ü", expected: Buffer.from("ü") },
    { what: "nothing", Body: "", expected: Buffer.alloc(0) },
    { what: "bytes", Body: bytes(1_000), expected: bytes(1_000) },
    { what: "3 MiB", Body: bytes(3 * 1_024 * 1_024), expected: bytes(3 * 1_024 * 1_024) },
  ])("gives back $what", async ({ what, Body, expected }) => {
    const Key = `inputs/${what}/ä&?`;
    await s3.send(new PutObjectCommand({ Bucket, Key, Body, ContentType: "application/json", Metadata: { a: "b" } }));

    const head = await s3.send(new HeadObjectCommand({ Bucket, Key }));

    expect(Buffer.compare((await bodyOf(Key)) ?? Buffer.alloc(1), expected)).toBe(0);
    expect(head).toMatchObject({
      ContentLength: expected.length,
      ContentType: "application/json",
      Metadata: { a: "b" },
      LastModified: expect.any(Date),
    });
  });

  it("renews an object's age when it is written again", async () => {
    const Key = "again";
    await s3.send(new PutObjectCommand({ Bucket, Key, Body: "old" }));
    await s3.send(new PutObjectCommand({ Bucket, Key, Body: "new" }));

    expect(Buffer.from((await bodyOf(Key)) ?? []).toString()).toBe("new");
  });

  it("has no object that was deleted, and deletes it again without complaint", async () => {
    const Key = "gone";
    await s3.send(new PutObjectCommand({ Bucket, Key, Body: "x" }));
    await s3.send(new DeleteObjectCommand({ Bucket, Key }));
    await s3.send(new DeleteObjectCommand({ Bucket, Key }));

    const get = s3.send(new GetObjectCommand({ Bucket, Key }));

    await expect(get).rejects.toBeInstanceOf(NoSuchKey);
    await expect(get).rejects.toMatchObject({ name: "NoSuchKey", $metadata: { httpStatusCode: 404 } });
    await expect(s3.send(new HeadObjectCommand({ Bucket, Key }))).rejects.toMatchObject({ name: "NotFound" });
  });

  it("lists buckets and their objects, page by page", async () => {
    for (const Key of ["list/a", "list/b", "list/c"]) await s3.send(new PutObjectCommand({ Bucket, Key, Body: "x" }));

    const first = await s3.send(new ListObjectsV2Command({ Bucket, Prefix: "list/", MaxKeys: 2 }));
    const second = await s3.send(
      new ListObjectsV2Command({ Bucket, Prefix: "list/", ContinuationToken: first.NextContinuationToken }),
    );
    const old = await s3.send(new ListObjectsCommand({ Bucket, Prefix: "list/", Delimiter: "/" }));
    const { Buckets } = await s3.send(new ListBucketsCommand({}));

    const keys = [first, second].map(({ Contents = [] }) => Contents.map(({ Key }) => Key));
    expect(keys).toEqual([["list/a", "list/b"], ["list/c"]]);
    expect(old.Contents).toHaveLength(3);
    expect(Buckets).toEqual([expect.objectContaining({ Name: Bucket })]);
  });

  it("keeps what a bucket holds when it is created again", async () => {
    await s3.send(new PutObjectCommand({ Bucket, Key: "kept", Body: "x" }));

    await s3.send(new CreateBucketCommand({ Bucket }));

    await s3.send(new HeadBucketCommand({ Bucket }));
    expect(await bodyOf("kept")).toHaveLength(1);
  });

  it("deletes several objects in one call", async () => {
    for (const Key of ["many/a", "many/b&c"]) await s3.send(new PutObjectCommand({ Bucket, Key, Body: "x" }));
    const Objects = [{ Key: "many/a" }, { Key: "many/b&c" }];

    const { Deleted } = await s3.send(new DeleteObjectsCommand({ Bucket, Delete: { Objects } }));
    const { KeyCount } = await s3.send(new ListObjectsV2Command({ Bucket, Prefix: "many/" }));

    expect(Deleted).toHaveLength(2);
    expect(KeyCount).toBe(0);
  });

  it("rejects what fauxqs would take for something else, and leaves the object as it is", async () => {
    const Key = "safe";
    await s3.send(new PutObjectCommand({ Bucket, Key, Body: "x" }));
    const refused = [
      s3.send(new PutObjectTaggingCommand({ Bucket, Key, Tagging: { TagSet: [{ Key: "a", Value: "b" }] } })),
      s3.send(new PutBucketVersioningCommand({ Bucket, VersioningConfiguration: { Status: "Enabled" } })),
      s3.send(new PutObjectCommand({ Bucket, Key, Body: "y", IfNoneMatch: "*" })),
      s3.send(new CopyObjectCommand({ Bucket, Key: "copy", CopySource: `${Bucket}/${Key}` })),
      s3.send(new CreateBucketCommand({ Bucket: "health" })),
    ];

    const answers = await Promise.allSettled(refused);

    expect(answers.map((answer) => (answer.status === "rejected" ? answer.reason.name : answer.value))).toEqual(
      Array.from(refused, () => "NotImplemented"),
    );
    expect(await bodyOf(Key)).toHaveLength(1);
  });

  it("rejects what is not signed for S3", async () => {
    const response = await fetch(`${store.url}/${Bucket}/unsigned`, { method: "PUT", body: "x" });

    expect(response.status).toBe(400);
    expect(await response.text()).toContain(`a local run does not support PUT /${Bucket}/unsigned; it supports`);
    await expect(s3.send(new GetObjectCommand({ Bucket, Key: "unsigned" }))).rejects.toBeInstanceOf(NoSuchKey);
  });

  it("rejects buckets in the host's name", async () => {
    const { hostname, port } = new URL(store.url);
    const authorization = "AWS4-HMAC-SHA256 Credential=a/20260101/us-east-1/s3/aws4_request, Signature=b";

    const status = await new Promise((resolve, reject) => {
      const headers = { host: `${Bucket}.localhost`, authorization };
      httpRequest({ hostname, port, method: "PUT", path: "/key", headers }, ({ statusCode }) => resolve(statusCode))
        .on("error", reject)
        .end("x");
    });

    expect(status).toBe(501);
  });
});
