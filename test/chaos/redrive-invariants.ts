import type { Invariant, RequestedRedrive, Violation } from "./evidence.ts";

/** Each number that a client was promised runs one round, however often it was sent; nobody else starts one. */
export const redrivesAreHonouredOnce: Invariant = {
  name: "a dead job runs once for each redrive, however many ask for it at once",
  violations: ({ redrives, lastRedrives, records }) => {
    const byId = Map.groupBy([...redrives, ...lastRedrives], ({ id }) => id);
    return [...records.values()].flatMap((record): Violation[] => {
      const honoured = record.redrives ?? 0;
      const promised = new Set(byId.get(record.id)?.flatMap(({ accepted }) => accepted)).size;
      if (honoured === promised || isUnsure(byId.get(record.id))) return [];
      return [{ id: record.id, why: `ran ${honoured} redrives, ${promised} were promised` }];
    });
  },
};

/** Where an answer was lost, the redrive may have been sent all the same. */
const isUnsure = (requests: readonly RequestedRedrive[] = []): boolean =>
  requests.some(({ answered, asked }) => answered < asked);

/** Whoever is dead can be redriven: with a receiver that takes everything each of the sample succeeds, by one delivery. */
export const lastRedrivesRunOnce: Invariant = {
  name: "every dead job can be redriven, and then delivers once",
  violations: ({ lastRedrives, drained, records, ledger }) => {
    const bare = [...drained.values()]
      .filter(
        ({ status, input, inputReference }) => status === "dead" && input === undefined && inputReference === undefined,
      )
      .map(({ id }): Violation => ({ id, why: "is dead, and its record has no input" }));
    const failed = lastRedrives.flatMap(({ id, atMs }): Violation[] => {
      const status = records.get(id)?.status;
      const deliveries = ledger.get(id)?.effects.filter(({ startMs }) => startMs > atMs).length ?? 0;
      if (status === "succeeded" && deliveries === 1) return [];
      return [{ id, why: `was redriven, is ${status} and was delivered ${deliveries} times` }];
    });
    return [...bare, ...failed];
  },
};
