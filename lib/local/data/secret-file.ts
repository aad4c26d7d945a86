import { existsSync, readFileSync, renameSync, rmSync, writeFileSync } from "node:fs";
import { isJsonObject, type Json } from "../json.ts";
import { damaged } from "./data-folder.ts";

/** Gives a secret its value: the one it had when it was last made by the same recipe, or a new one. */
export type SecretKeeper = (arn: string, recipe: string, make: () => string) => string;

type Kept = { readonly recipe: string; readonly value: string };

/** Keeps no secret: each is made anew. */
export const forgetSecrets: SecretKeeper = (_arn, _recipe, make) => make();

/** Keeps secrets in a file that its owner alone may read. @throws DataFolderDamaged */
export const keepSecrets = (file: string): SecretKeeper => {
  const secrets = new Map(readSecrets(file));
  return (arn, recipe, make) => {
    const kept = secrets.get(arn);
    if (kept?.recipe === recipe) return kept.value;
    const value = make();
    secrets.set(arn, { recipe, value });
    writeSecrets(file, Object.fromEntries(secrets));
    return value;
  };
};

const readSecrets = (file: string): readonly (readonly [arn: string, kept: Kept])[] => {
  if (!existsSync(file)) return [];
  try {
    const content = JSON.parse(readFileSync(file, "utf8")) as Json;
    if (!isJsonObject(content)) throw new Error("it holds no object");
    return Object.entries(content).map(([arn, kept]) => {
      const { recipe, value } = isJsonObject(kept) ? kept : {};
      if (typeof recipe !== "string" || typeof value !== "string") throw new Error(`${arn} has no value`);
      return [arn, { recipe, value }];
    });
  } catch (cause) {
    throw damaged(file, cause);
  }
};

/** Writes beside the file and moves it there: who is killed in between leaves the old one. */
const writeSecrets = (file: string, secrets: Readonly<Record<string, Kept>>): void => {
  const newFile = `${file}.new`;
  rmSync(newFile, { force: true });
  writeFileSync(newFile, `${JSON.stringify(secrets, null, 2)}\n`, { mode: 0o600, flag: "wx" });
  renameSync(newFile, file);
};
