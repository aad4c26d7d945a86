import type { IncomingMessage, ServerResponse } from "node:http";
import { isJsonObject, parseJson } from "../json.ts";

type Held = { readonly until: RegExp; readonly release: () => void };

/** Calls about keys of DynamoDB that wait until somebody else has called about the same key. */
export class HeldCalls {
  readonly #held = new Map<string, Held>();

  /** Holds a call; one that is held for the same key already is forgotten. @param body of the call @param until what the body of the other call matches */
  hold(body: Buffer, until: RegExp, release: () => void): void {
    this.#held.set(keyOf(body), { until, release });
  }

  /** Looks at a call on its way to the service, and releases what waits for it once it is answered. */
  watch(request: IncomingMessage, response: ServerResponse): void {
    if (this.#held.size === 0 || !String(request.headers["x-amz-target"]).startsWith("DynamoDB_")) return;
    const chunks: Buffer[] = [];
    request.on("data", (chunk: Buffer) => chunks.push(chunk));
    response.once("finish", () => this.#meet(Buffer.concat(chunks)));
  }

  #meet(body: Buffer): void {
    const key = keyOf(body);
    const held = this.#held.get(key);
    if (held === undefined || !held.until.test(body.toString())) return;
    this.#held.delete(key);
    held.release();
  }
}

const keyOf = (body: Buffer): string => {
  const call = parseJson(body.toString());
  return JSON.stringify(isJsonObject(call) ? call.Key : undefined);
};
