import type { Readable } from "node:stream";

/** Hands on each line that a stream carries, without its end; resolves when there are no more. */
export const eachLine = (stream: Readable, hand: (line: string) => void): Promise<void> => {
  const { promise, resolve } = Promise.withResolvers<void>();
  let rest = "";
  stream.setEncoding("utf8");
  stream.on("data", (text: string) => {
    const lines = (rest + text).split("\n");
    rest = lines.pop() ?? "";
    for (const line of lines) hand(line);
  });
  stream.on("end", () => {
    if (rest !== "") hand(rest);
    resolve();
  });
  return promise;
};
