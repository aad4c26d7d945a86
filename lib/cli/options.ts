import { type ParseArgsOptionsConfig, parseArgs } from "node:util";

/** The command line was used wrongly: exit code 2. */
export class UsageError extends Error {}

/** Reads options; positional arguments and unknown options are refused. @throws UsageError */
export const readOptions = <T extends ParseArgsOptionsConfig>(args: readonly string[], options: T) => {
  try {
    return parseArgs({ args: [...args], options, strict: true, allowPositionals: false }).values;
  } catch (cause) {
    throw new UsageError(cause instanceof Error ? cause.message : String(cause), { cause });
  }
};

/** Reads a number within a range. @throws UsageError */
export const numberOption = (name: string, text: string, range: { min: number; max: number }): number => {
  const value = Number(text);
  if (text.trim() !== "" && value >= range.min && value <= range.max) return value;
  throw new UsageError(`--${name} must be a number from ${range.min} to ${range.max}, got ${JSON.stringify(text)}`);
};

/** Reads a whole number within a range. @throws UsageError */
export const integerOption = (name: string, text: string, range: { min: number; max: number }): number => {
  const value = numberOption(name, text, range);
  if (Number.isInteger(value)) return value;
  throw new UsageError(`--${name} must be a whole number, got ${JSON.stringify(text)}`);
};

/** Reads `NAME=VALUE` pairs. @throws UsageError */
export const pairsOption = (name: string, texts: readonly string[]): Readonly<Record<string, string>> =>
  Object.fromEntries(
    texts.map((text) => {
      const at = text.indexOf("=");
      if (at < 1) throw new UsageError(`--${name} must read NAME=VALUE, got ${JSON.stringify(text)}`);
      return [text.slice(0, at), text.slice(at + 1)];
    }),
  );
