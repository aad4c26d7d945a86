import { setImmediate } from "node:timers/promises";
import * as z from "zod";
import type { JobContext, Run } from "../../lib/core/job-type.ts";
import { Permanent } from "../../lib/core/outcome.ts";
import { type CsvProfile, csvProfile } from "../shared/csv-profile.ts";
import { guardedFetch } from "../shared/guarded-fetch.ts";
import { readCsv } from "../shared/read-csv.ts";
import { systemClock } from "../shared/system.ts";
import { throwUnlessOk } from "../shared/throw-unless-ok.ts";
import { urlInput } from "../shared/url-input.ts";

/** The environment variable that sets how large a download may be, in bytes. */
const MAX_DOWNLOAD_VARIABLE = "MAX_DOWNLOAD_BYTES";
const DEFAULT_MAX_DOWNLOAD_BYTES = 50_000_000;

/** Bytes of text that are profiled before the signal is looked at again. */
const TEXT_CHUNK_BYTES = 65_536;

export const input = z
  .strictObject({
    text: z
      .string()
      .optional()
      .meta({ description: "The CSV itself.", examples: ["city,people\nBern,134794\n"] }),
    url: urlInput("Where the CSV is. Redirects are not followed; private addresses are refused.").optional(),
  })
  .refine(({ text, url }) => (text === undefined) !== (url === undefined), "must have either text or url")
  .meta({
    description: "A CSV file with a header: UTF-8, separated by commas.",
    oneOf: [{ required: ["text"] }, { required: ["url"] }],
  });

/** Profiles a CSV file: per column its type, nulls, distinct values, least, greatest and mean. */
export const run: Run<typeof input> = async ({ text, url }, job): Promise<CsvProfile> => {
  const profile = csvProfile();
  await readCsv(url === undefined ? chunksOf(text ?? "", job.signal) : download(url, job), profile);
  return profile.result();
};

async function* chunksOf(text: string, signal: AbortSignal): AsyncGenerator<Buffer> {
  const bytes = Buffer.from(text);
  for (let at = 0; at < bytes.length; at += TEXT_CHUNK_BYTES) {
    // Lets the timer that aborts the signal have its turn.
    await setImmediate();
    signal.throwIfAborted();
    yield bytes.subarray(at, at + TEXT_CHUNK_BYTES);
  }
}

async function* download(url: string, { environment, signal, measure }: JobContext): AsyncGenerator<Buffer> {
  const maxBytes = maxDownloadBytes(environment[MAX_DOWNLOAD_VARIABLE]);
  const response = await measure(() =>
    guardedFetch({ url, headers: { accept: "text/csv, */*" }, signal, environment }),
  );
  await throwUnlessOk(response, systemClock.nowMs());
  try {
    const encoding = response.headers["content-encoding"] ?? "identity";
    if (encoding !== "identity") throw new Permanent(`${response.host} must send the CSV as it is, got ${encoding}`);
    if (Number(response.headers["content-length"] ?? 0) > maxBytes) throw tooLarge(maxBytes);
    let bytes = 0;
    for await (const chunk of response.body) {
      bytes += chunk.length;
      if (bytes > maxBytes) throw tooLarge(maxBytes);
      signal.throwIfAborted();
      yield chunk;
    }
  } finally {
    response.cancel();
  }
}

const tooLarge = (maxBytes: number): Permanent =>
  new Permanent(
    `the CSV must be at most ${maxBytes} bytes; ${MAX_DOWNLOAD_VARIABLE} in the job type's environment sets it`,
  );

const maxDownloadBytes = (text: string | undefined): number => {
  const bytes = text === undefined ? DEFAULT_MAX_DOWNLOAD_BYTES : Number(text);
  if (Number.isSafeInteger(bytes) && bytes > 0) return bytes;
  throw new Error(`${MAX_DOWNLOAD_VARIABLE} must be a number of bytes, got ${JSON.stringify(text)}`);
};
