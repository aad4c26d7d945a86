import { mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { readTrace } from "../../../lib/cli/demo/trace.ts";

describe("a trace", () => {
  let folder = "";
  beforeEach(async () => {
    folder = await mkdtemp(join(tmpdir(), "sluice-trace-"));
  });
  afterEach(() => rm(folder, { recursive: true }));

  const fileOf = async (text: string): Promise<string> => {
    const file = join(folder, "trace.csv");
    await writeFile(file, text);
    return file;
  };

  it("is read with its durations, without comments and other columns", async () => {
    const file = await fileOf("# licence\narrival_ms,duration_ms,fn\n0,5,a\n# more\n7,0.5,b\n");

    expect(await readTrace(file)).toEqual([
      { arrivalMs: 0, durationMs: 5 },
      { arrivalMs: 7, durationMs: 0.5 },
    ]);
  });

  it("may leave the durations out", async () => {
    expect(await readTrace(await fileOf("arrival_ms\n3\n"))).toEqual([{ arrivalMs: 3, durationMs: 0 }]);
  });

  it.each([
    ["time\n1\n", "must have a column arrival_ms, got time"],
    ["arrival_ms\n", "must hold 1 to 200000 arrivals, got 0"],
    ["arrival_ms\nsoon\n", 'must have a number of at least 0 as arrival_ms of arrival 1, got "soon"'],
    ["arrival_ms\n-1\n", 'must have a number of at least 0 as arrival_ms of arrival 1, got "-1"'],
    ["arrival_ms\n2\n1\n", "must be sorted by arrival_ms; arrival 2 is earlier than the one before"],
    ["arrival_ms\n1,2\n", "must be CSV"],
  ])("rejects %j", async (text, message) => {
    await expect(readTrace(await fileOf(text))).rejects.toThrow(message);
  });

  it("rejects a file that is not there", async () => {
    await expect(readTrace(join(folder, "nothing.csv"))).rejects.toMatchObject({ code: "TraceUnreadable" });
  });

  it("that is shipped is two to three busy minutes of a few thousand arrivals, with its licence", async () => {
    const shipped = fileURLToPath(new URL("../../../lib/cli/demo/azure-2019-queue-excerpt.csv", import.meta.url));

    const arrivals = await readTrace(shipped);

    expect(arrivals).toHaveLength(3_997);
    expect(arrivals.at(-1)?.arrivalMs).toBeGreaterThan(120_000);
    expect(arrivals.at(-1)?.arrivalMs).toBeLessThan(180_000);
  });
});
