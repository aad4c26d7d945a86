/** What a text says, or why it cannot be read. */
export type ReadText<Value> =
  | { readonly kind: "parsed"; readonly value: Value }
  | { readonly kind: "refused"; readonly problem: string };

/** What a reader throws where a text cannot be read; its message goes on from “it …”. */
export class Unreadable extends Error {}

/**
 * Reads a text of a small language.
 *
 * @param pattern one token, as its first group, at the place where it is tried (flags `gy`)
 * @param read takes the tokens, all of them
 */
export const readText = <Value>(
  text: string,
  pattern: RegExp,
  read: (tokens: TokenReader) => Value,
): ReadText<Value> => {
  const trimmed = text.trimEnd();
  const tokens: string[] = [];
  let end = 0;
  for (const match of trimmed.matchAll(pattern)) {
    tokens.push(match[1] ?? "");
    end = match.index + match[0].length;
  }
  try {
    if (end < trimmed.length) throw unreadableFrom(trimmed.slice(end, end + 20).trim());
    const reader = new TokenReader(tokens);
    const value = read(reader);
    if (reader.next !== undefined) throw unreadableFrom(reader.next);
    return { kind: "parsed", value };
  } catch (error) {
    if (error instanceof Unreadable) return { kind: "refused", problem: error.message };
    throw error;
  }
};

/** Tokens that are taken one after the other. */
export class TokenReader {
  readonly #tokens: readonly string[];
  #place = 0;

  constructor(tokens: readonly string[]) {
    this.#tokens = tokens;
  }

  /** The token that comes next; undefined at the end. */
  get next(): string | undefined {
    return this.#tokens[this.#place];
  }

  /** @throws Unreadable at the end */
  take(): string {
    const token = this.next;
    if (token === undefined) throw new Unreadable("ends too early");
    this.#place += 1;
    return token;
  }

  /** Takes a token if it comes next. */
  takes(token: string): boolean {
    if (this.next !== token) return false;
    this.#place += 1;
    return true;
  }

  /** @throws Unreadable where another token comes next */
  expect(token: string): void {
    if (!this.takes(token)) throw new Unreadable(`lacks a “${token}”`);
  }
}

/** Says from where on a text cannot be read. */
export const unreadableFrom = (token: string): Unreadable => new Unreadable(`cannot be read from “${token}” on`);
