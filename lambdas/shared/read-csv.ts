import { CsvError, parse } from "csv-parse/sync";
import { Permanent } from "../../lib/core/outcome.ts";

/** The longest row, in bytes: a quote that is never closed costs a look ahead of this much, and no more memory. */
export const MAX_ROW_BYTES = 262_144;

/** What a CSV file is read into. Every row that is not wrong has as many fields as the header. */
export type CsvSink = {
  readonly header: (names: readonly string[]) => void;
  readonly row: (fields: readonly string[]) => void;
  /** @param line where the row begins, from 1 */
  readonly wrongRow: (line: number, reason: string) => void;
};

type Reading = {
  readonly sink: CsvSink;
  /** Fields of the header; undefined before it was read. */
  width: number | undefined;
  isStarted: boolean;
  /** The number of the line that the bytes at hand begin with. */
  line: number;
};

/** Bytes that are gathered before they are parsed: chunks from a network can be small. */
const BLOCK_BYTES = 65_536;

/**
 * Reads CSV (RFC 4180, UTF-8, lines that end in `\n` or `\r\n`) row by row, at the pace of its sink.
 *
 * A wrong row is told and skipped: reading goes on at the line after the one it began with, so a stray quote costs
 * its own row and not all that follow. White space around unquoted fields is dropped, and so are empty lines.
 *
 * @throws Permanent when there is no header, or what comes is no CSV
 */
export const readCsv = async (
  chunks: AsyncIterable<Buffer>,
  sink: CsvSink,
  blockBytes: number = BLOCK_BYTES,
): Promise<void> => {
  const reading: Reading = { sink, width: undefined, isStarted: false, line: 1 };
  let gathered: Buffer[] = [];
  let bytes = 0;
  let enoughBytes = blockBytes;
  for await (const chunk of chunks) {
    gathered.push(chunk);
    bytes += chunk.length;
    if (bytes < enoughBytes) continue;
    const rest = readBlock(reading, Buffer.concat(gathered));
    gathered = [rest];
    bytes = rest.length;
    // What has no end yet is read again when there is twice as much of it, so that small chunks cost no more than large.
    enoughBytes = Math.max(blockBytes, 2 * bytes);
  }
  readLines(reading, Buffer.concat(gathered), "end");
  if (reading.width === undefined) throw new Permanent("the CSV must begin with a header, got nothing");
};

/** Reads what it can and returns the rest, which goes on in the next block. */
const readBlock = (reading: Reading, block: Buffer): Buffer => {
  // Only whole lines are parsed: nothing that is cut in two (a character, "\r\n", a doubled quote) can mislead.
  const end = block.lastIndexOf("\n") + 1;
  const openLine = block.subarray(end);
  const unread = readLines(reading, block.subarray(0, end), openLine.length);
  if (openLine.length > MAX_ROW_BYTES) {
    throw new Permanent(`line ${reading.line} of the CSV must be at most ${MAX_ROW_BYTES} bytes long`);
  }
  return Buffer.concat([unread, openLine]);
};

/**
 * Reads whole lines and returns those at the end that further lines may complete.
 *
 * @param follows bytes of the line that comes after them, as far as it is known
 */
const readLines = (reading: Reading, lines: Buffer, follows: number | "end"): Buffer => {
  let rest = reading.isStarted ? lines : withoutByteOrderMark(lines);
  reading.isStarted ||= lines.length > 0;
  for (;;) {
    const { end, error } = readRows(reading, rest);
    if (error === undefined) return skipTo(reading, rest, rest.length);
    rest = skipTo(reading, rest, rowStart(rest, end));
    const mayClose = error.code === "CSV_QUOTE_NOT_CLOSED" && follows !== "end";
    if (mayClose && rest.length + follows <= MAX_ROW_BYTES) return rest;
    if (reading.width === undefined)
      throw new Permanent(`the CSV must begin with a header, got one that ${reasonOf(error)}`);
    reading.sink.wrongRow(reading.line, reasonOf(error));
    rest = skipTo(reading, rest, rest.indexOf("\n") + 1 || rest.length);
  }
};

/** Reads rows up to the first whose quotes are wrong; `end` is where the last good one ended. */
const readRows = (reading: Reading, bytes: Buffer): { readonly end: number; readonly error: CsvError | undefined } => {
  const counted = { at: 0, line: reading.line };
  let end = 0;
  const read = (fields: string[], nextEnd: number): void => {
    if (reading.width === undefined) {
      reading.width = fields.length;
      reading.sink.header(fields);
    } else if (fields.length === reading.width) {
      reading.sink.row(fields);
    } else {
      const start = rowStart(bytes, end);
      counted.line += newlines(bytes.subarray(counted.at, start));
      counted.at = start;
      reading.sink.wrongRow(counted.line, `has ${fields.length} fields, the header has ${reading.width}`);
    }
    end = nextEnd;
  };
  try {
    parse(bytes, {
      // Rows are told here as they are read, and none is collected.
      on_record: (fields, { bytes: nextEnd }) => void read(fields, nextEnd),
      record_delimiter: ["\r\n", "\n"],
      relax_column_count: true,
      skip_empty_lines: true,
      trim: true,
    });
    return { end, error: undefined };
  } catch (error) {
    if (error instanceof CsvError) return { end, error };
    throw error;
  }
};

const reasonOf = ({ code }: CsvError): string => {
  if (code === "CSV_QUOTE_NOT_CLOSED") return "opens a quote that is not closed";
  if (code === "INVALID_OPENING_QUOTE") return "has a quote inside an unquoted field";
  return "has text after a closing quote";
};

/** Returns where the line begins that holds the first character which is not white space. */
const rowStart = (bytes: Buffer, from: number): number => {
  let at = from;
  while (at < bytes.length && WHITE_SPACE.has(bytes[at])) at += 1;
  return at === from ? from : Math.max(from, bytes.lastIndexOf("\n", at - 1) + 1);
};

const WHITE_SPACE: ReadonlySet<number | undefined> = new Set([0x20, 0x09, 0x0d, 0x0a]);

const skipTo = (reading: Reading, bytes: Buffer, at: number): Buffer => {
  reading.line += newlines(bytes.subarray(0, at));
  return bytes.subarray(at);
};

const newlines = (bytes: Buffer): number => {
  let count = 0;
  for (let at = bytes.indexOf("\n"); at !== -1; at = bytes.indexOf("\n", at + 1)) count += 1;
  return count;
};

const withoutByteOrderMark = (bytes: Buffer): Buffer => {
  const mark = bytes.subarray(0, 3).toString("hex");
  if (mark.startsWith("fffe") || mark.startsWith("feff")) throw new Permanent("the CSV must be UTF-8, got UTF-16");
  return mark === "efbbbf" ? bytes.subarray(3) : bytes;
};
