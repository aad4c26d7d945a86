import { createServer } from "node:http";
import type { AddressInfo } from "node:net";
import { answer, withRun } from "../bench-run.ts";

const CLIENTS = 8;
const WARM_UP = 500;
const POSTS = 3_000;
/** The jobs start later, so that their work is not measured here: the question is how fast jobs are taken in. */
const BODY = '{"input":{},"delaySeconds":900}';

/** Posts one job a request from a few clients at once; returns requests a second. */
const post = async (url: string, count: number): Promise<number> => {
  const startedMs = performance.now();
  let sent = 0;
  const client = async (): Promise<void> => {
    while (sent < count) {
      sent += 1;
      const response = await fetch(url, { method: "POST", body: BODY });
      await response.arrayBuffer();
      if (response.status !== 202) throw new Error(`a job was refused: ${response.status}`);
    }
  };
  await Promise.all(Array.from({ length: CLIENTS }, client));
  return (count * 1_000) / (performance.now() - startedMs);
};

/** A bare HTTP server that answers 202: what client and network alone allow. */
const baseline = async (): Promise<number> => {
  const server = createServer((request, response) => {
    request.resume().on("end", () => response.writeHead(202).end('{"status":"queued"}'));
  });
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  const rate = await post(`http://127.0.0.1:${(server.address() as AddressInfo).port}/`, POSTS);
  server.close();
  server.closeAllConnections();
  return rate;
};

const figures = await withRun({ noop: {} }, async (run) => {
  const url = `${run.apiUrl}/jobs/noop`;
  await post(url, WARM_UP);
  const bare = await baseline();
  const posts = await post(url, POSTS);
  return { "single POSTs per second": posts, "bare server, POSTs per second": bare, ratio: posts / bare };
});
answer(figures);
