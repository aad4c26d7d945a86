import { createHash } from "node:crypto";
import { type PayloadStore, PayloadUnusable } from "../../lambdas/shared/payload-store.ts";

export type MemoryPayloadStore = PayloadStore & { readonly objects: Map<string, string> };

/** Payloads in memory. */
export const memoryPayloadStore = (): MemoryPayloadStore => {
  const objects = new Map<string, string>();
  return {
    objects,
    put: async (key, json) => {
      objects.set(key, json);
      return { key, sha256: createHash("sha256").update(json).digest("hex"), bytes: Buffer.byteLength(json) };
    },
    get: async ({ key }) => {
      const json = objects.get(key);
      if (json === undefined) throw new PayloadUnusable(`${key} must be in the payload bucket, and is gone`);
      return JSON.parse(json);
    },
  };
};
