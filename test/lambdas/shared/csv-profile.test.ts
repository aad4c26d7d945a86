import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { csvProfile, DISTINCT_CAP, MAX_COLUMNS } from "../../../lambdas/shared/csv-profile.ts";
import { readCsv } from "../../../lambdas/shared/read-csv.ts";
import { INLINE_PAYLOAD_BYTES } from "../../../lib/core/limits.ts";
import { quotedCsv } from "../../support/csv-text.ts";

const profileOf = async (text: string) => {
  const profile = csvProfile();
  async function* source(): AsyncGenerator<Buffer> {
    yield Buffer.from(text);
  }
  await readCsv(source(), profile);
  return profile.result();
};

const namesOf = async (header: string) => (await profileOf(header)).columns.map(({ name }) => name);

describe("csvProfile", () => {
  it("agrees with a direct count for any table", async () => {
    const cell = fc.oneof(fc.constant(""), fc.integer({ min: -5, max: 5 }).map(String), fc.string({ maxLength: 3 }));
    const table = fc
      .integer({ min: 1, max: 5 })
      .chain((width) => fc.array(fc.array(cell, { minLength: width, maxLength: width }), { minLength: 1 }));

    await fc.assert(
      fc.asyncProperty(table, async (rows) => {
        const header = rows[0]?.map((_, index) => `c${index}`) ?? [];

        const profile = await profileOf(quotedCsv([header, ...rows]));

        expect(profile).toMatchObject({ rows: rows.length, wrongRows: { count: 0, first: [] } });
        const counts = header.map((name, index) => {
          const values = rows.map((fields) => fields[index] ?? "").filter((value) => value !== "");
          return { name, nulls: rows.length - values.length, distinct: new Set(values).size };
        });
        expect(profile.columns).toMatchObject(counts);
      }),
    );
  });

  it("gives a nameless column its place for a name, and a repeated name a number", async () => {
    expect(await namesOf("a,,a,a")).toEqual(["a", "column_2", "a_2", "a_3"]);
  });

  it("makes no name that is there already", async () => {
    expect(await namesOf("a,a,a_2,,column_4")).toEqual(["a", "a_3", "a_2", "column_4_2", "column_4"]);
  });

  it("names all columns differently, whatever the header", async () => {
    const header = fc.array(fc.constantFrom("", "a", "a_2", "a_3", "column_1", "column_2"), { minLength: 2 });

    await fc.assert(
      fc.asyncProperty(header, async (names) => {
        fc.pre(names.some((name) => name !== ""));

        const given = await namesOf(names.join(","));

        expect(new Set(given).size).toBe(names.length);
        expect(given).not.toContain("");
      }),
    );
  });

  it("tells the first ten wrong rows and counts all", async () => {
    const { rows, wrongRows } = await profileOf(`a,b\n${"1\n".repeat(25)}1,2\n`);

    expect(rows).toBe(1);
    expect(wrongRows.count).toBe(25);
    expect(wrongRows.first.map(({ line }) => line)).toEqual([2, 3, 4, 5, 6, 7, 8, 9, 10, 11]);
  });

  it("counts 10,000 distinct values, and no more", async () => {
    const values = Array.from({ length: DISTINCT_CAP }, (_, index) => `${index}\n`).join("");

    const exact = await profileOf(`a\n${values}${values}`);
    const capped = await profileOf(`a\n${values}10000\n`);

    expect(exact.columns[0]).toMatchObject({ distinct: 10_000 });
    expect(exact.columns[0]).not.toHaveProperty("distinctIsAtLeast");
    expect(capped.columns[0]).toMatchObject({ distinct: 10_000, distinctIsAtLeast: true });
  });

  it("shares what it remembers of distinct values between many columns", async () => {
    const width = 1_000;
    const rows = Array.from({ length: 201 }, (_, row) => Array.from({ length: width }, () => `${row}`).join(","));

    const { columns } = await profileOf(
      `${Array.from({ length: width }, (_, index) => `c${index}`).join(",")}\n${rows.join("\n")}`,
    );

    expect(columns[999]).toMatchObject({ distinct: 200, distinctIsAtLeast: true });
  });

  it("keeps whole texts of a hundred columns, and stays within a result's bound with the worst thousand", async () => {
    const escaped = "\u0001".repeat(200);
    const wide = (width: number) =>
      profileOf(quotedCsv([0, 1].map(() => Array.from({ length: width }, () => escaped))));

    const hundred = await wide(100);
    const thousand = await wide(MAX_COLUMNS);

    expect(hundred.columns[0]?.min).toHaveLength(100);
    expect(Buffer.byteLength(JSON.stringify(hundred))).toBeLessThanOrEqual(INLINE_PAYLOAD_BYTES);
    expect(thousand.columns[0]?.min).toHaveLength(5);
    expect(Buffer.byteLength(JSON.stringify(thousand))).toBeLessThanOrEqual(INLINE_PAYLOAD_BYTES);
  });

  it("keeps whole texts of a thousand ordinary columns", async () => {
    const fields = Array.from({ length: MAX_COLUMNS }, (_, index) => `some value of ${index}`);

    const { columns } = await profileOf(quotedCsv([fields, fields]));

    expect(columns[0]?.min).toBe("some value of 0");
  });

  it("rejects more columns than it can tell of", async () => {
    const failed = profileOf(Array.from({ length: MAX_COLUMNS + 1 }, (_, index) => `c${index}`).join(","));

    await expect(failed).rejects.toMatchObject({ outcome: "permanent" });
    await expect(failed).rejects.toThrow("the CSV must have at most 1000 columns, got 1001");
  });

  it("rejects a header without any name", async () => {
    await expect(profileOf(",,\n1,2,3\n")).rejects.toThrow("the CSV's header must name a column, got no name");
  });
});
