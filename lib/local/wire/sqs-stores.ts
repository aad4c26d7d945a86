import type { BuildAppOptions } from "fauxqs";

export type SqsStores = NonNullable<BuildAppOptions["stores"]>;
export type SqsStore = SqsStores["sqsStore"];
export type SqsQueue = NonNullable<ReturnType<SqsStore["getQueueByName"]>>;

/**
 * Makes the stores that fauxqs works on.
 *
 * Who has the store counts messages exactly, and receives them without HTTP.
 */
export const newStores = async (): Promise<SqsStores> => {
  const [sqsStore, snsStore, s3Store] = await Promise.all([
    newOfFauxqs("./sqs/sqsStore.js", "SqsStore"),
    newOfFauxqs("./sns/snsStore.js", "SnsStore"),
    newOfFauxqs("./s3/s3Store.js", "S3Store"),
  ]);
  return { sqsStore: sqsStore(), snsStore: snsStore(), s3Store: s3Store() };
};

/**
 * Returns what makes objects of a class that fauxqs does not export.
 *
 * `never` stands for a class of fauxqs that only its type tells.
 */
export const newOfFauxqs = async (file: string, name: string): Promise<(...options: readonly string[]) => never> => {
  const Class = await ofFauxqs<new (...options: readonly string[]) => never>(file, name);
  return (...options) => new Class(...options);
};

/** Returns what fauxqs does not export, from beside its front door: the very thing that fauxqs itself works with. */
export const ofFauxqs = async <Thing>(file: string, name: string): Promise<Thing> => {
  const module: Readonly<Record<string, Thing | undefined>> = await import(
    new URL(file, import.meta.resolve("fauxqs")).href
  );
  const thing = module[name];
  if (thing === undefined) throw new Error(`fauxqs must have ${name} in ${file}: this version has not`);
  return thing;
};
