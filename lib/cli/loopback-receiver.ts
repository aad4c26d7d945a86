import { createServer, type RequestListener } from "node:http";
import type { AddressInfo } from "node:net";
import type { RunOptions } from "./embedded-run.ts";

/** A server on this machine that jobs call. */
export type LoopbackReceiver = { readonly url: string; readonly stop: () => Promise<void> };

/** Starts a server for jobs to call, on any free port of 127.0.0.1. Stopping it cuts what is open. */
export const startLoopbackReceiver = async (listener: RequestListener): Promise<LoopbackReceiver> => {
  const server = createServer({ keepAlive: true, keepAliveTimeout: 60_000 }, listener);
  const { promise: listening, resolve, reject } = Promise.withResolvers<void>();
  server.once("error", reject).listen(0, "127.0.0.1", resolve);
  await listening;
  const { port } = server.address() as AddressInfo;
  return {
    url: `http://127.0.0.1:${port}`,
    stop: async () => {
      const closed = Promise.withResolvers<void>();
      server.close(() => closed.resolve());
      server.closeAllConnections();
      await closed.promise;
    },
  };
};

/** Returns the options of a run whose jobs may call this machine: job types refuse private addresses unless they are told. */
export const allowingLoopbackReceivers = (options: RunOptions): RunOptions => ({
  ...options,
  environment: { ALLOW_PRIVATE_ADDRESSES: "true", ...options.environment },
});
