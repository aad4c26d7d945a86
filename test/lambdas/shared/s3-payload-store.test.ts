import { PutObjectCommand } from "@aws-sdk/client-s3";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { PayloadUnusable } from "../../../lambdas/shared/payload-store.ts";
import { s3Objects } from "../../../lambdas/shared/s3-objects.ts";
import { s3PayloadStore, sha256Of } from "../../../lambdas/shared/s3-payload-store.ts";
import { MAX_INPUT_BYTES } from "../../../lib/core/limits.ts";
import type { PayloadReference } from "../../../lib/core/payload.ts";
import { type LocalAws, startLocalAws } from "../../support/local-aws.ts";

let aws: LocalAws;
let bucket: string;

beforeAll(async () => {
  aws = await startLocalAws();
  bucket = await aws.makeBucket("payloads");
});
afterAll(() => aws.stop());

const store = (name = bucket) => s3PayloadStore(name, async (of) => s3Objects(of, aws.s3));

/** Overwrites an object behind the store's back. */
const overwrite = async ({ key }: PayloadReference, Body: string): Promise<void> => {
  await aws.s3.send(new PutObjectCommand({ Bucket: bucket, Key: key, Body }));
};

describe("payloads in S3", () => {
  it("come back as they were kept, up to 3 MiB of any characters", async () => {
    const value = { text: "é😀\u0000\\".repeat(300_000) };
    const json = JSON.stringify(value);

    const reference = await store().put("inputs/job/1", json);

    expect(Buffer.byteLength(json)).toBeGreaterThan(MAX_INPUT_BYTES);
    expect(reference).toEqual({ key: "inputs/job/1", sha256: sha256Of(json), bytes: Buffer.byteLength(json) });
    expect(await store().get(reference)).toEqual(value);
  });

  it("load the client when the first is asked for, once", async () => {
    let loads = 0;
    const lazy = s3PayloadStore(bucket, async (of) => {
      loads += 1;
      return s3Objects(of, aws.s3);
    });
    const loadsBefore = loads;

    const reference = await lazy.put("inputs/job/2", "1");
    await lazy.get(reference);

    expect([loadsBefore, loads]).toEqual([0, 1]);
  });

  it("rejects one that is gone", async () => {
    const gone = { key: "inputs/job/none", sha256: sha256Of(""), bytes: 0 };

    const read = store().get(gone);

    await expect(read).rejects.toThrow(
      new PayloadUnusable("inputs/job/none must be in the payload bucket, and is gone"),
    );
  });

  it("rejects one of another length", async () => {
    const reference = await store().put("inputs/job/3", '"abc"');
    await overwrite(reference, '"abcd"');

    const read = store().get(reference);

    await expect(read).rejects.toThrow(
      new PayloadUnusable("inputs/job/3 must have 5 bytes, got 6: it is not what was kept"),
    );
  });

  it("rejects one of the same length and another content", async () => {
    const reference = await store().put("inputs/job/4", '"abc"');
    await overwrite(reference, '"abd"');

    const read = store().get(reference);

    await expect(read).rejects.toThrow(
      new PayloadUnusable(`inputs/job/4 must have the SHA-256 ${sha256Of('"abc"')}, got ${sha256Of('"abd"')}`),
    );
  });

  it("rejects one that is not JSON", async () => {
    const reference = await store().put("inputs/job/5", "abc");

    const read = store().get(reference);

    await expect(read).rejects.toThrow(new PayloadUnusable("inputs/job/5 must be JSON, and cannot be parsed"));
  });

  it("rejects with S3's own error where that says nothing of the payload", async () => {
    const reference = { key: "inputs/job/6", sha256: sha256Of(""), bytes: 0 };

    const read = store("no-such-bucket").get(reference);

    await expect(read).rejects.toThrow(expect.objectContaining({ name: "NoSuchBucket" }));
  });
});
