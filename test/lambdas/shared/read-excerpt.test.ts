import { describe, expect, it } from "vitest";
import { readExcerpt } from "../../../lambdas/shared/read-excerpt.ts";

/** A body in pieces that says whether it was read to its end. */
const bodyOf = (pieces: readonly (string | Error)[]) => {
  const state = { isAtEnd: false };
  async function* body(): AsyncGenerator<Buffer> {
    for (const piece of pieces) {
      if (piece instanceof Error) throw piece;
      yield Buffer.from(piece);
    }
    state.isAtEnd = true;
  }
  return { body: body(), state };
};

describe("readExcerpt", () => {
  it("returns a short body whole", async () => {
    const { body } = bodyOf(["not ", "found"]);

    expect(await readExcerpt(body)).toBe("not found");
  });

  it("keeps the first 2,048 bytes and reads the rest, so that the connection is free again", async () => {
    const { body, state } = bodyOf(Array.from({ length: 30 }, () => "x".repeat(1_000)));

    const excerpt = await readExcerpt(body);

    expect(excerpt).toBe("x".repeat(2_048));
    expect(state.isAtEnd).toBe(true);
  });

  it("leaves a body that goes on and on", async () => {
    const { body, state } = bodyOf(Array.from({ length: 100 }, () => "x".repeat(1_000)));

    const excerpt = await readExcerpt(body);

    expect(excerpt).toHaveLength(2_048);
    expect(state.isAtEnd).toBe(false);
  });

  it("returns what came of a body that breaks off", async () => {
    const { body } = bodyOf(["half", new Error("ECONNRESET")]);

    expect(await readExcerpt(body)).toBe("half");
  });
});
