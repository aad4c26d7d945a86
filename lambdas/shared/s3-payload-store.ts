import { createHash } from "node:crypto";
import type { PayloadReference } from "../../lib/core/payload.ts";
import { type PayloadStore, PayloadUnusable } from "./payload-store.ts";
import type { Objects } from "./s3-objects.ts";

/** Keeps payloads in a bucket of S3; whose client is loaded when the first payload needs it. */
export const s3PayloadStore = (
  bucket: string,
  load: (bucket: string) => Promise<Objects> = loadObjects,
): PayloadStore => {
  let loading: Promise<Objects> | undefined;
  const objects = (): Promise<Objects> => {
    loading ??= load(bucket);
    return loading;
  };
  return {
    put: async (key, json) => {
      const bytes = Buffer.from(json);
      await (await objects()).put(key, bytes);
      return { key, sha256: sha256Of(bytes), bytes: bytes.length };
    },
    get: async (reference) => {
      const bytes = await (await objects()).get(reference.key);
      if (bytes === undefined) throw new PayloadUnusable(`${reference.key} must be in the payload bucket, and is gone`);
      return checked(reference, bytes);
    },
  };
};

/** The SHA-256 of a payload, as a reference tells it. */
export const sha256Of = (json: string | Uint8Array): string => createHash("sha256").update(json).digest("hex");

const loadObjects = async (bucket: string): Promise<Objects> => {
  const { s3Objects } = await import("./s3-objects.ts");
  return s3Objects(bucket);
};

const checked = ({ key, bytes: wanted, sha256 }: PayloadReference, bytes: Uint8Array): unknown => {
  if (bytes.length !== wanted) {
    throw new PayloadUnusable(`${key} must have ${wanted} bytes, got ${bytes.length}: it is not what was kept`);
  }
  const got = sha256Of(bytes);
  if (got !== sha256) throw new PayloadUnusable(`${key} must have the SHA-256 ${sha256}, got ${got}`);
  try {
    return JSON.parse(Buffer.from(bytes).toString("utf8"));
  } catch (cause) {
    throw new PayloadUnusable(`${key} must be JSON, and cannot be parsed`, { cause });
  }
};
