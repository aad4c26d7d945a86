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
 * Returns what makes objects of a class that fauxqs does not export: it is loaded from beside its front door.
 *
 * `never` stands for a class of fauxqs that only its type tells.
 */
export const newOfFauxqs = async (file: string, name: string): Promise<(...options: readonly string[]) => never> => {
  const module: Record<string, (new (...options: readonly string[]) => never) | undefined> = await import(
    new URL(file, import.meta.resolve("fauxqs")).href
  );
  const Class = module[name];
  if (Class === undefined) throw new Error(`fauxqs must have ${name} in ${file}: this version has not`);
  return (...options) => new Class(...options);
};
