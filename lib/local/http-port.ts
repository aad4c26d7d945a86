import { once } from "node:events";
import { createServer, type IncomingMessage, type RequestListener, type Server, type ServerResponse } from "node:http";
import { LOOPBACK } from "./aws.ts";
import { type ForeignCall, onlyLocalCallers } from "./local-callers.ts";
import { portInUse } from "./port-in-use.ts";

/** The port that the HTTP API answers on; until it is told how, it says that it is not there yet. */
export type HttpPort = {
  readonly url: string;
  answerWith(listener: RequestListener): void;
  /** Takes no more connections, and waits until the requests underway are answered. */
  drain(): Promise<void>;
  /** Closes the port, and breaks off what is not answered yet. */
  close(): Promise<void>;
};

/** Longer than most clients keep a connection unused, so that none is closed under a request. */
const KEEP_ALIVE_MS = 75_000;

/** Opens a port of the loopback interface. @throws PortInUse */
export const openHttpPort = async (port: number): Promise<HttpPort> => {
  const underway = new Set<ServerResponse>();
  let listener: RequestListener = notYet;
  const answer = onlyLocalCallers((request, response) => listener(request, response), refuse);
  const server = createServer({ keepAliveTimeout: KEEP_ALIVE_MS }, (request, response) => {
    underway.add(response);
    response.once("close", () => underway.delete(response));
    answer(request, response);
  });
  await listen(server, port);
  const address = server.address();
  const openPort = typeof address === "object" && address !== null ? address.port : port;
  return {
    url: `http://${LOOPBACK}:${openPort}`,
    answerWith: (next) => {
      listener = next;
    },
    drain: async () => {
      server.close();
      await Promise.all([...underway].map((response) => once(response, "close")));
    },
    close: async () => {
      const closed = server.listening ? once(server, "close") : undefined;
      server.close();
      server.closeAllConnections();
      await closed;
    },
  };
};

const listen = async (server: Server, port: number): Promise<void> => {
  server.listen(port, LOOPBACK);
  try {
    await once(server, "listening");
  } catch (error) {
    const isInUse = error instanceof Error && "code" in error && error.code === "EADDRINUSE";
    throw isInUse ? portInUse(port, "--port") : error;
  }
};

const notYet = (request: IncomingMessage, response: ServerResponse): void => {
  request.resume();
  response.writeHead(503, { "content-type": "application/json" });
  response.end('{"message":"Service Unavailable"}');
};

/** Problem details, as the API's own errors are. */
const refuse = (response: ServerResponse, foreign: ForeignCall): void => {
  response.writeHead(403, { "content-type": "application/problem+json" });
  response.end(JSON.stringify({ type: "about:blank", title: "Forbidden", status: 403, ...foreign }));
};
