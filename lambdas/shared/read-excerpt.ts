/** What an excerpt keeps of a body, in bytes. */
const KEPT_BYTES = 2_048;
/** Up to here a body is read to its end, so that its connection can be used again; a longer one is cut off. */
const DRAINED_BYTES = 65_536;

/**
 * Reads a response body to its end and returns its beginning as text.
 *
 * Never throws: whoever asks for an excerpt knows the status already, and a body that breaks off does not change it.
 */
export const readExcerpt = async (body: AsyncIterable<Buffer>): Promise<string> => {
  const kept: Buffer[] = [];
  let bytes = 0;
  try {
    for await (const chunk of body) {
      if (bytes < KEPT_BYTES) kept.push(chunk.subarray(0, KEPT_BYTES - bytes));
      bytes += chunk.length;
      if (bytes > DRAINED_BYTES) break;
    }
  } catch {
    // The excerpt is as long as what came.
  }
  return Buffer.concat(kept).toString();
};
