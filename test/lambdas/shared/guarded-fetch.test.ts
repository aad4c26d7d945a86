import { once } from "node:events";
import type { IncomingMessage, ServerResponse } from "node:http";
import { describe, expect, it } from "vitest";
import { type GuardedRequest, guardedFetch } from "../../../lambdas/shared/guarded-fetch.ts";
import { readExcerpt } from "../../../lambdas/shared/read-excerpt.ts";
import { deadAddress, serve, serveAnswer } from "../../support/local-server.ts";

const ALLOWED = { ALLOW_PRIVATE_ADDRESSES: "true" };

const fetchFrom = (url: string, overrides: Partial<GuardedRequest> = {}) =>
  guardedFetch({ url, signal: new AbortController().signal, environment: ALLOWED, ...overrides });

const textFrom = async (url: string): Promise<string> => readExcerpt((await fetchFrom(url)).body);

describe("guardedFetch", () => {
  it("sends method, path, headers and body, and gives back status, headers and body", async () => {
    const { url, host, seen } = await serveAnswer(201, { "x-answer": "yes" }, "made");

    const response = await fetchFrom(`${url}a/b?c=d#e`, { method: "POST", headers: { "x-ask": "1" }, body: "Grüße" });

    expect(response).toMatchObject({ status: 201, host, headers: { "x-answer": "yes" } });
    expect(await readExcerpt(response.body)).toBe("made");
    expect(seen[0]).toMatchObject({ method: "POST", url: "/a/b?c=d", body: "Grüße" });
    expect(seen[0]?.headers).toMatchObject({ "x-ask": "1", "content-length": "7", "accept-encoding": "identity" });
    expect(seen[0]?.headers["user-agent"]).toMatch(/^sluice\//);
  });

  it("returns a redirect and does not follow it", async () => {
    const target = await serveAnswer(200);
    const { url, seen } = await serveAnswer(302, { location: target.url });

    const response = await fetchFrom(url);
    await readExcerpt(response.body);

    expect(response.status).toBe(302);
    expect(seen).toHaveLength(1);
    expect(target.seen).toHaveLength(0);
  });

  it("uses a connection again after its answer was read", async () => {
    let connections = 0;
    const { url, server } = await serveAnswer(200, {}, "ok");
    server.on("connection", () => {
      connections += 1;
    });

    for (let request = 0; request < 5; request += 1) await textFrom(url);

    expect(connections).toBe(1);
  });

  it("closes the connection of an answer that is cancelled", async () => {
    const closed = Promise.withResolvers<void>();
    const { url } = await serve((_request, response) => {
      response.on("close", closed.resolve);
      response.write("the beginning of much");
    });

    const response = await fetchFrom(url);
    response.cancel();

    await expect(closed.promise).resolves.toBeUndefined();
  });

  it("closes the connection of an answer that is left early", async () => {
    const closed = Promise.withResolvers<void>();
    const { url } = await serve((_request, response) => {
      response.on("close", closed.resolve);
      response.write("the beginning of much");
    });

    for await (const _chunk of (await fetchFrom(url)).body) break;

    await expect(closed.promise).resolves.toBeUndefined();
  });

  it("asks a second time when a kept connection turns out to be closed", async () => {
    const requestsOf = new WeakMap<object, number>();
    let requests = 0;
    const { url } = await serve((request, response) => {
      requests += 1;
      const earlier = requestsOf.get(request.socket) ?? 0;
      requestsOf.set(request.socket, earlier + 1);
      if (earlier > 0) request.socket.destroy();
      else response.end("ok");
    });

    const texts = [await textFrom(url), await textFrom(url)];

    expect(texts).toEqual(["ok", "ok"]);
    expect(requests).toBe(3);
  });

  it("asks only once when a new connection is closed on it", async () => {
    let requests = 0;
    const { url, host } = await serve((request) => {
      requests += 1;
      request.socket.destroy();
    });

    await expect(fetchFrom(url)).rejects.toThrow(`${host} gave no answer: ECONNRESET`);

    expect(requests).toBe(1);
  });

  it("names the host and the reason, and not the path, when nobody listens", async () => {
    const url = await deadAddress();
    const { host } = new URL(url);

    const failed = fetchFrom(`${url}secret-token`);

    await expect(failed).rejects.toThrow(new Error(`${host} gave no answer: ECONNREFUSED`));
  });

  it("fails when a body breaks off", async () => {
    const { url, host } = await serve((_request, response) => {
      response.writeHead(200, { "content-length": "100" });
      response.write("half", () => response.destroy());
    });

    const { body } = await fetchFrom(url);
    const read = (async () => {
      for await (const _chunk of body);
    })();

    await expect(read).rejects.toThrow(`${host} gave no answer: ECONNRESET`);
  });

  it("speaks TLS to an https: URL", async () => {
    const { host } = await serveAnswer(200);

    await expect(fetchFrom(`https://${host}/`)).rejects.toThrow(/gave no answer: (?:EPROTO|ERR_SSL)/);
  });
});

describe("guardedFetch and its signal", () => {
  it("ends with the signal's reason while it waits for an answer", async () => {
    const arrived = Promise.withResolvers<void>();
    const { url } = await serve(() => arrived.resolve());
    const controller = new AbortController();

    const failed = fetchFrom(url, { signal: controller.signal });
    failed.catch(() => {});
    await arrived.promise;
    controller.abort();

    await expect(failed).rejects.toMatchObject({ name: "AbortError" });
  });

  it("ends with the signal's reason while a body comes", async () => {
    const { url } = await serve((_request, response) => void response.write("the beginning"));
    const controller = new AbortController();
    const reason = new DOMException("time is up", "TimeoutError");

    const { body } = await fetchFrom(url, { signal: controller.signal });
    const read = (async () => {
      for await (const _chunk of body) controller.abort(reason);
    })();

    await expect(read).rejects.toBe(reason);
  });

  it("asks nobody after the signal has aborted", async () => {
    const { url, seen } = await serveAnswer(200);

    await expect(fetchFrom(url, { signal: AbortSignal.abort() })).rejects.toMatchObject({ name: "AbortError" });

    expect(seen).toHaveLength(0);
  });

  it("tells a receiver that went away from an aborted job", async () => {
    const { url, server } = await serve((_request: IncomingMessage, response: ServerResponse) => {
      response.writeHead(200).write("the beginning");
    });

    const { body } = await fetchFrom(url);
    const read = (async () => {
      for await (const _chunk of body) server.closeAllConnections();
    })();

    await expect(read).rejects.not.toMatchObject({ name: "AbortError" });
  });
});

describe("guardedFetch without ALLOW_PRIVATE_ADDRESSES", () => {
  it.each([
    "https://127.0.0.1/",
    "https://127.0.0.1./",
    "https://10.1.2.3/",
    "https://172.16.0.1/",
    "https://192.168.0.1/",
    "https://169.254.169.254/latest/meta-data/",
    "https://100.64.0.1/",
    "https://0.0.0.0/",
    "https://0/",
    "https://[::1]/",
    "https://[::]/",
    "https://[::ffff:127.0.0.1]/",
    "https://[64:ff9b::7f00:1]/",
    "https://[2002:7f00:1::]/",
    "https://[fc00::1]/",
    "https://[fe80::1]/",
    "https://2130706433/",
    "https://0x7f.1/",
    "https://0x7f000001/",
    "https://0177.0.0.1/",
    "https://127.1/",
    "https://localhost/",
    "https://LOCALHOST/",
  ])("rejects %s", async (url) => {
    const failed = fetchFrom(url, { environment: {} });

    await expect(failed).rejects.toMatchObject({ outcome: "permanent" });
    await expect(failed).rejects.toThrow(
      /^url must lead to public addresses only, got .*; to allow it, set ALLOW_PRIVATE_ADDRESSES to "true" in /,
    );
  });

  it.each(["http://example.com/", "http://127.0.0.1/"])("rejects %s, which is not https:", async (url) => {
    const failed = fetchFrom(url, { environment: { ALLOW_PRIVATE_ADDRESSES: "false" } });

    await expect(failed).rejects.toMatchObject({ outcome: "permanent" });
    await expect(failed).rejects.toThrow("url must begin with https:, got http:");
  });
});

describe("guardedFetch, whatever is allowed,", () => {
  it.each([
    ["ftp://example.com/", "url must begin with https:, got ftp:"],
    ["file:///etc/passwd", "url must begin with https:, got file:"],
    ["https://user:pass@example.com/", "url must be without user name and password"],
    ["https://user@example.com/", "url must be without user name and password"],
    ["/relative", "url must be an absolute URL"],
  ])("rejects %s", async (url, message) => {
    const failed = fetchFrom(url);

    await expect(failed).rejects.toMatchObject({ outcome: "permanent" });
    await expect(failed).rejects.toThrow(message);
  });
});

describe("guardedFetch under load", () => {
  it("answers hundreds of requests in parallel over as many connections as are at work", async () => {
    let connections = 0;
    const { url, server } = await serveAnswer(200, {}, "ok");
    server.on("connection", () => {
      connections += 1;
    });
    const worker = async (): Promise<void> => {
      for (let request = 0; request < 50; request += 1) await textFrom(url);
    };

    await Promise.all(Array.from({ length: 10 }, worker));

    expect(connections).toBeLessThanOrEqual(10);
    server.close();
    server.closeIdleConnections();
    await once(server, "close");
  });
});
