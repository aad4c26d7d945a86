import { once } from "node:events";
import { createServer, type RequestListener, type Server } from "node:http";
import type { AddressInfo } from "node:net";
import { text } from "node:stream/consumers";
import { onTestFinished } from "vitest";

export type LocalServer = { readonly url: string; readonly host: string; readonly server: Server };

/** What a server was sent. */
export type SeenRequest = {
  readonly method: string | undefined;
  readonly url: string | undefined;
  readonly headers: Readonly<Record<string, string>>;
  readonly body: string;
};

/** Serves HTTP on a free port of this machine until the test ends. */
export const serve = async (listener: RequestListener): Promise<LocalServer> => {
  const server = createServer(listener).listen(0, "127.0.0.1");
  await once(server, "listening");
  onTestFinished(() => {
    server.closeAllConnections();
    server.close();
  });
  const host = `127.0.0.1:${(server.address() as AddressInfo).port}`;
  return { url: `http://${host}/`, host, server };
};

/** Serves one and the same answer, and remembers what was asked. */
export const serveAnswer = async (
  status: number,
  headers: Readonly<Record<string, string>> = {},
  body = "",
): Promise<LocalServer & { readonly seen: readonly SeenRequest[] }> => {
  const seen: SeenRequest[] = [];
  const local = await serve(async (request, response) => {
    const sent = await text(request);
    seen.push({
      method: request.method,
      url: request.url,
      headers: request.headers as Record<string, string>,
      body: sent,
    });
    response.writeHead(status, headers).end(body);
  });
  return { ...local, seen };
};

/** Returns an address of this machine where nobody listens. */
export const deadAddress = async (): Promise<string> => {
  const server = createServer().listen(0, "127.0.0.1");
  await once(server, "listening");
  const { port } = server.address() as AddressInfo;
  server.close();
  await once(server, "close");
  return `http://127.0.0.1:${port}/`;
};
