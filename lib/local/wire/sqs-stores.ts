import type { BuildAppOptions } from "fauxqs";

export type SqsStores = NonNullable<BuildAppOptions["stores"]>;
export type SqsStore = SqsStores["sqsStore"];
export type SqsQueue = NonNullable<ReturnType<SqsStore["getQueueByName"]>>;

/**
 * Makes the stores that fauxqs works on.
 *
 * fauxqs takes stores, but does not export the classes they are of: they are loaded from beside its front door. Who has
 * the store counts messages exactly, and receives them without HTTP.
 */
export const newStores = async (): Promise<SqsStores> => {
  const [sqsStore, snsStore, s3Store] = await Promise.all([
    newStore("./sqs/sqsStore.js", "SqsStore"),
    newStore("./sns/snsStore.js", "SnsStore"),
    newStore("./s3/s3Store.js", "S3Store"),
  ]);
  return { sqsStore, snsStore, s3Store };
};

/** `never` stands for a class of fauxqs that only its type tells. */
const newStore = async (file: string, name: string): Promise<never> => {
  const module: Record<string, (new () => never) | undefined> = await import(
    new URL(file, import.meta.resolve("fauxqs")).href
  );
  const Store = module[name];
  if (Store === undefined) throw new Error(`fauxqs must have ${name} in ${file}: this version has not`);
  return new Store();
};
