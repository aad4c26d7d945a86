import { damaged } from "../data/data-folder.ts";
import { newOfFauxqs, type SqsStore, type SqsStores } from "./sqs-stores.ts";

type Values = readonly (string | number)[];

/** What writes fauxqs's state through to SQLite, as far as this runtime looks at it. */
type Persistence = {
  readonly db: {
    exec(sql: string): void;
    prepare(sql: string): { run(...values: Values): unknown; get(): Record<string, unknown> | undefined };
  };
  load(...stores: readonly [SqsStores["sqsStore"], SqsStores["snsStore"], SqsStores["s3Store"]]): void;
  transaction(work: () => void): void;
  updateMessageReady(messageId: string): void;
  close(): void;
};

/** fauxqs's queues, messages, buckets and objects in a file. */
export type SqsPersistence = {
  /** Brings back what the file holds; from then on each change is in the file before it is answered. */
  load(stores: SqsStores, queueUrls: string): void;
  count(): { readonly messages: number; readonly objects: number };
  close(): void;
};

/**
 * Opens the file in a folder, and makes it where there is none.
 *
 * What is written reaches the operating system at once, so it survives the death of this process; to survive the
 * machine's, each write would have to wait for the disk.
 *
 * @throws DataFolderDamaged
 */
export const openSqsPersistence = async (folder: string): Promise<SqsPersistence> => {
  const open = await newOfFauxqs("./persistence.js", "PersistenceManager");
  return reading(folder, () => {
    const instance = open(folder);
    const persistence: Persistence = instance;
    persistence.db.exec("PRAGMA synchronous = NORMAL");
    keepReceiveCounts(persistence);
    return {
      load: (stores, queueUrls) =>
        reading(folder, () => {
          receiveWhole(stores.sqsStore, persistence);
          persistence.db.prepare("UPDATE sqs_queues SET url = ? || name").run(queueUrls);
          // Loading would write all again, and so lose messages, if the stores wrote already.
          persistence.load(stores.sqsStore, stores.snsStore, stores.s3Store);
          for (const store of [stores.sqsStore, stores.snsStore, stores.s3Store]) store.persistence = instance;
          for (const queue of stores.sqsStore.allQueues()) queue.persistence = instance;
        }),
      count: () => ({ messages: countOf(persistence, "sqs_messages"), objects: countOf(persistence, "s3_objects") }),
      close: () => persistence.close(),
    };
  });
};

const reading = <Result>(folder: string, work: () => Result): Result => {
  try {
    return work();
  } catch (cause) {
    throw damaged(folder, cause);
  }
};

/** fauxqs would take away the counts of a message that is given back, which its own schema refuses. */
const keepReceiveCounts = (persistence: Persistence): void => {
  const giveBack = persistence.db.prepare(
    "UPDATE sqs_messages SET receipt_handle = NULL, visibility_deadline = NULL WHERE message_id = ?",
  );
  persistence.updateMessageReady = (messageId) => void giveBack.run(messageId);
};

/** A receive is written as one: fauxqs takes a message from its queue before it puts it into the dead-letter queue. */
const receiveWhole = (store: SqsStore, persistence: Persistence): void => {
  const create = store.createQueue.bind(store);
  store.createQueue = (...options) => {
    const queue = create(...options);
    const dequeue = queue.dequeue.bind(queue);
    queue.dequeue = (...request) => {
      let messages: ReturnType<typeof dequeue> = [];
      persistence.transaction(() => {
        messages = dequeue(...request);
      });
      return messages;
    };
    return queue;
  };
};

const countOf = ({ db }: Persistence, table: string): number =>
  Number(db.prepare(`SELECT COUNT(*) AS count FROM ${table}`).get()?.count ?? 0);
