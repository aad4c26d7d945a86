import { PassThrough } from "node:stream";
import { expect, it } from "vitest";
import { eachLine } from "../../../lib/local/lambda/log-lines.ts";

it("hands on whole lines, however they were cut, and what is left at the end", async () => {
  const stream = new PassThrough();
  const lines: string[] = [];
  const done = eachLine(stream, (line) => lines.push(line));
  const bytes = Buffer.from("one\n\ntwü\nthree");
  for (const byte of bytes) stream.write(Buffer.of(byte));
  stream.end();

  await done;

  expect(lines).toEqual(["one", "", "twü", "three"]);
});
