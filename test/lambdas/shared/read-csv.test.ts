import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { MAX_ROW_BYTES, readCsv } from "../../../lambdas/shared/read-csv.ts";
import { quotedCsv } from "../../support/csv-text.ts";

type Told = {
  readonly header: readonly string[];
  readonly rows: readonly (readonly string[])[];
  readonly wrong: readonly (readonly [number, string])[];
};

/** Reads chunks and returns all that the sink was told. */
const read = async (...chunks: readonly (string | Buffer)[]): Promise<Told> => {
  let header: readonly string[] = [];
  const rows: (readonly string[])[] = [];
  const wrong: (readonly [number, string])[] = [];
  async function* source(): AsyncGenerator<Buffer> {
    for (const chunk of chunks) yield Buffer.from(chunk);
  }
  const sink = {
    header: (names: readonly string[]) => {
      header = names;
    },
    row: (fields: readonly string[]) => rows.push(fields),
    wrongRow: (line: number, reason: string) => wrong.push([line, reason]),
  };
  // Every chunk is parsed by itself, as large ones are.
  await readCsv(source(), sink, 1);
  return { header, rows, wrong };
};

const TWO_ROWS: Told = {
  header: ["a", "b"],
  rows: [
    ["1", "2"],
    ["3", "4"],
  ],
  wrong: [],
};

describe("readCsv", () => {
  it.each([
    ["lines that end in \\n", "a,b\n1,2\n3,4\n"],
    ["lines that end in \\r\\n", "a,b\r\n1,2\r\n3,4\r\n"],
    ["both", "a,b\r\n1,2\n3,4"],
    ["no end of the last line", "a,b\n1,2\n3,4"],
    ["a byte order mark", "\uFEFFa,b\n1,2\n3,4\n"],
    ["a byte order mark before a quote", '\uFEFF"a",b\n1,2\n3,4\n'],
    ["empty lines", "\n\na,b\n\n1,2\n   \n\r\n3,4\n\n"],
    ["quotes", '"a","b"\n"1",2\n3,"4"\n'],
    ["white space around fields", ' a ,\tb\n1 , 2\n 3,"4" \r\n'],
  ])("reads %s", async (_, text) => {
    expect(await read(text)).toEqual(TWO_ROWS);
  });

  it.each([
    ["a comma", '"1,2"', "1,2"],
    ["a quote", '"say ""hi"""', 'say "hi"'],
    ["a line end", '"two\nlines"', "two\nlines"],
    ["a Windows line end", '"two\r\nlines"', "two\r\nlines"],
    ["white space", '" 1 "', " 1 "],
    ["nothing", '""', ""],
  ])("keeps %s in quotes", async (_, field, expected) => {
    expect(await read(`a,b\n${field},x\n`)).toMatchObject({ rows: [[expected, "x"]], wrong: [] });
  });

  it("reads a lone column, in which quotes tell an empty field from an empty line", async () => {
    expect(await read('a\n1\n\n""\n2\n')).toMatchObject({ rows: [["1"], [""], ["2"]] });
  });

  it("reads a header without rows", async () => {
    expect(await read("a,b")).toEqual({ header: ["a", "b"], rows: [], wrong: [] });
  });

  it("reads back whatever was written in quotes, cut into chunks of any size", async () => {
    const table = fc
      .integer({ min: 1, max: 4 })
      .chain((width) =>
        fc.array(fc.array(fc.string({ unit: "grapheme" }), { minLength: width, maxLength: width }), { minLength: 1 }),
      );
    const written = fc.tuple(table, fc.constantFrom("\n", "\r\n"), fc.integer({ min: 1, max: 40 }));

    await fc.assert(
      fc.asyncProperty(written, async ([rows, lineEnd, size]) => {
        const bytes = Buffer.from(quotedCsv(rows, lineEnd));
        const chunks = Array.from({ length: Math.ceil(bytes.length / size) }, (_, index) =>
          bytes.subarray(index * size, (index + 1) * size),
        );

        const told = await read(...chunks);

        expect([told.header, ...told.rows]).toEqual(rows);
        expect(told.wrong).toEqual([]);
      }),
    );
  });

  it("tells the same of any text, cut into chunks of any size", async () => {
    const text = fc.string({ unit: fc.constantFrom('"', ",", "\n", "\r\n", " ", "a", "é") });

    await fc.assert(
      fc.asyncProperty(text, fc.integer({ min: 1, max: 7 }), async (body, size) => {
        const bytes = Buffer.from(`a,b\n${body}`);
        const chunks = Array.from({ length: Math.ceil(bytes.length / size) }, (_, index) =>
          bytes.subarray(index * size, (index + 1) * size),
        );

        expect(await read(...chunks)).toEqual(await read(bytes));
      }),
      { numRuns: 500 },
    );
  });
});

describe("readCsv and wrong rows", () => {
  it("tells a row with too few or too many fields, and where it begins", async () => {
    const told = await read('a,b\n"1\n1",2\n3\n\n4,5,6\n7,8\n');

    expect(told.rows).toEqual([
      ["1\n1", "2"],
      ["7", "8"],
    ]);
    expect(told.wrong).toEqual([
      [4, "has 1 fields, the header has 2"],
      [6, "has 3 fields, the header has 2"],
    ]);
  });

  it.each([
    ["a quote inside a field", '5" pipe,1', "has a quote inside an unquoted field"],
    ["text after a closing quote", '"5" pipe,1', "has text after a closing quote"],
    ["an open quote", '"5,1', "opens a quote that is not closed"],
    ["an open quote in the last field", '5,"1', "opens a quote that is not closed"],
  ])("loses no other row to %s", async (_, row, reason) => {
    const told = await read(`a,b\r\n1,2\r\n${row}\r\n3,4\r\n`);

    expect(told).toEqual({ ...TWO_ROWS, wrong: [[3, reason]] });
  });

  it("loses no other row to an open quote that another quote seems to close", async () => {
    const told = await read('a,b\n1,"2\n3,4\n5,"6"\n7,8\n');

    expect(told.rows).toEqual([
      ["3", "4"],
      ["5", "6"],
      ["7", "8"],
    ]);
    expect(told.wrong).toEqual([[2, "has text after a closing quote"]]);
  });

  it("numbers lines right over many chunks", async () => {
    const lines = Array.from({ length: 1_000 }, (_, index) => (index % 100 === 99 ? "wrong" : `${index},"\n"`));

    const { wrong } = await read("a,b\n", ...lines.map((line) => `${line}\n`));

    // The header, and two lines for each of the 99 rows before each wrong one.
    expect(wrong.map(([line]) => line)).toEqual(Array.from({ length: 10 }, (_, index) => 200 + index * 199));
  });

  it("looks no farther than its bound for the end of a quote", async () => {
    const line = `${"x".repeat(99)},y\n`;
    const lines = Array.from({ length: (2 * MAX_ROW_BYTES) / line.length }, () => line);

    const told = await read("a,b\n", '"open,1\n', ...lines, "last,row\n");

    expect(told.rows).toHaveLength(lines.length + 1);
    expect(told.wrong).toEqual([[2, "opens a quote that is not closed"]]);
  });

  it("reads a quoted field that comes in many chunks", async () => {
    const lines = Array.from({ length: 200 }, (_, index) => `line ${index}\n`);

    const told = await read('a,b\n"', ...lines, '",2\n');

    expect(told).toMatchObject({ rows: [[lines.join(""), "2"]], wrong: [] });
  });
});

describe("readCsv and what is no CSV", () => {
  it.each([
    ["nothing", [""]],
    ["only empty lines", ["\n \r\n\n"]],
    ["only a byte order mark", ["\uFEFF"]],
  ])("rejects %s", async (_, chunks) => {
    const failed = read(...chunks);

    await expect(failed).rejects.toMatchObject({ outcome: "permanent" });
    await expect(failed).rejects.toThrow("the CSV must begin with a header, got nothing");
  });

  it("rejects a header with wrong quotes, and takes no row for it", async () => {
    await expect(read('"a,b\n1,2\n')).rejects.toThrow(
      "the CSV must begin with a header, got one that opens a quote that is not closed",
    );
  });

  it.each([
    ["little", Buffer.from("\uFEFFa,b\n1,2\n", "utf16le")],
    ["big", Buffer.from("\uFEFFa,b\n1,2\n", "utf16le").swap16()],
  ])("rejects UTF-16 (%s endian)", async (_, bytes) => {
    await expect(read(bytes)).rejects.toThrow("the CSV must be UTF-8, got UTF-16");
  });

  it("rejects a line without end, before it has it all in memory", async () => {
    let given = 0;
    async function* endless(): AsyncGenerator<Buffer> {
      yield Buffer.from('a,b\n"1\n');
      for (;;) {
        given += 65_536;
        yield Buffer.alloc(65_536, "x");
      }
    }
    const sink = { header: () => {}, row: () => {}, wrongRow: () => {} };

    const failed = readCsv(endless(), sink);

    await expect(failed).rejects.toMatchObject({ outcome: "permanent" });
    await expect(failed).rejects.toThrow(`line 3 of the CSV must be at most ${MAX_ROW_BYTES} bytes long`);
    expect(given).toBeLessThanOrEqual(2 * MAX_ROW_BYTES);
  });

  it("hands on what its sink throws", async () => {
    async function* source(): AsyncGenerator<Buffer> {
      yield Buffer.from("a,b\n");
    }
    const sink = {
      header: () => {
        throw new Error("too many");
      },
      row: () => {},
      wrongRow: () => {},
    };

    await expect(readCsv(source(), sink)).rejects.toThrow("too many");
  });
});
