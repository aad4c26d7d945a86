import { lookup } from "node:dns";
import * as http from "node:http";
import * as https from "node:https";
import { isIP } from "node:net";
import { Permanent } from "../../lib/core/outcome.ts";
import { guardedLookup } from "./guarded-lookup.ts";

/** The environment variable of a job type that lets its jobs call private addresses, and plain `http:`: `"true"`. */
export const ALLOW_PRIVATE_ADDRESSES = "ALLOW_PRIVATE_ADDRESSES";

/** How long an unused connection is kept for the next request, in milliseconds. */
const IDLE_CONNECTION_MS = 15_000;

export type GuardedRequest = {
  readonly url: string;
  /** @default "GET" */
  readonly method?: "GET" | "POST";
  readonly headers?: Readonly<Record<string, string>>;
  /** @default - no body is sent */
  readonly body?: string;
  /** Ends the request, and the reading of the answer, with its reason. */
  readonly signal: AbortSignal;
  /** The job's environment: {@link ALLOW_PRIVATE_ADDRESSES} decides. */
  readonly environment: Readonly<Record<string, string | undefined>>;
};

/** An answer of any status. Its body must be read or cancelled, or its connection is never free again. */
export type GuardedResponse = {
  readonly status: number;
  readonly headers: http.IncomingHttpHeaders;
  /** Host and port that answered: what a message may name (a path can hold secrets). */
  readonly host: string;
  /** To be read once; leaving early closes the connection. */
  readonly body: AsyncIterable<Buffer>;
  readonly cancel: () => void;
};

/**
 * Sends one HTTP request to a URL that a stranger chose, over a kept-alive connection.
 *
 * Follows no redirect. Refuses what is not public by the address that the socket connects to, not by the name. A kept
 * connection that turns out to be closed (an environment was frozen for a while) costs a second try, not an attempt.
 *
 * @throws Permanent when the URL must not be called; the signal's reason when it aborts; Error when nothing answered
 */
export const guardedFetch = async (request: GuardedRequest): Promise<GuardedResponse> => {
  const isPrivateAllowed = request.environment[ALLOW_PRIVATE_ADDRESSES] === "true";
  const url = await allowedUrl(request.url, isPrivateAllowed);
  const options: https.RequestOptions = {
    method: request.method ?? "GET",
    protocol: url.protocol,
    hostname: unbracketed(url.hostname),
    port: url.port,
    path: `${url.pathname}${url.search}`,
    headers: { "user-agent": "sluice/0.1", "accept-encoding": "identity", ...request.headers },
    signal: request.signal,
    lookup: isPrivateAllowed ? undefined : await publicLookup(),
    agent: agentFor(url.protocol, isPrivateAllowed),
  };
  try {
    const kept = await send(options, request.body);
    // Only a new connection can tell whether anybody is there: the pool may hold more closed ones.
    const sent = "isStale" in kept ? await send({ ...options, agent: false }, request.body) : kept;
    if ("error" in sent) throw sent.error;
    return answer(sent.response, url.host, request.signal);
  } catch (error) {
    throw failure(error, url.host, request.signal);
  }
};

const allowedUrl = async (text: string, isPrivateAllowed: boolean): Promise<URL> => {
  if (!URL.canParse(text)) throw new Permanent("url must be an absolute URL");
  const url = new URL(text);
  if (url.username !== "" || url.password !== "") throw new Permanent("url must be without user name and password");
  if (url.protocol !== "https:" && url.protocol !== "http:") {
    throw new Permanent(`url must begin with https:, got ${url.protocol}`);
  }
  if (isPrivateAllowed) return url;
  if (url.protocol === "http:") throw refusal("begin with https:", "http:");
  const { isPublicAddress } = await publicAddress();
  const hostname = unbracketed(url.hostname);
  if (isIP(hostname) !== 0 && !isPublicAddress(hostname)) throw notPublic(hostname);
  return url;
};

const refusal = (expectation: string, got: string): Permanent =>
  new Permanent(
    `url must ${expectation}, got ${got}; to allow it, set ${ALLOW_PRIVATE_ADDRESSES} to "true" in the environment of the stage's job type`,
  );

const notPublic = (hostname: string): Permanent => refusal("lead to public addresses only", hostname);

const unbracketed = (hostname: string): string => hostname.replace(/^\[(.*)\]$/, "$1");

// Loaded on first use: it needs a CommonJS library, and bundlers cannot leave one out where only `input` is asked for.
const publicAddress = () => import("./public-address.ts");

const publicLookup = async () => guardedLookup(lookup, (await publicAddress()).isPublicAddress, notPublic);

/** One pool for each policy: a connection that was opened with private addresses allowed is not for others. */
const agents = new Map<string, http.Agent>();

const agentFor = (protocol: string, isPrivateAllowed: boolean): http.Agent => {
  const key = `${protocol} ${isPrivateAllowed}`;
  const known = agents.get(key);
  if (known !== undefined) return known;
  const settings = { keepAlive: true, timeout: IDLE_CONNECTION_MS };
  const agent = protocol === "https:" ? new https.Agent(settings) : new http.Agent(settings);
  agents.set(key, agent);
  return agent;
};

type Sent =
  | { readonly response: http.IncomingMessage }
  | { readonly error: Error }
  | { readonly error: Error; readonly isStale: true };

const send = (options: https.RequestOptions, body: string | undefined): Promise<Sent> =>
  new Promise((resolve) => {
    const { request } = options.protocol === "https:" ? https : http;
    const outgoing = request(options, (response) => resolve({ response }));
    outgoing.on("error", (error: NodeJS.ErrnoException) => {
      const isClosed = error.code === "ECONNRESET" || error.code === "EPIPE";
      resolve(outgoing.reusedSocket && isClosed ? { error, isStale: true } : { error });
    });
    outgoing.end(body);
  });

const answer = (response: http.IncomingMessage, host: string, signal: AbortSignal): GuardedResponse => ({
  status: response.statusCode ?? 0,
  headers: response.headers,
  host,
  body: bodyOf(response, host, signal),
  cancel: () => void response.destroy(),
});

async function* bodyOf(response: http.IncomingMessage, host: string, signal: AbortSignal): AsyncGenerator<Buffer> {
  try {
    yield* response;
  } catch (error) {
    throw failure(error, host, signal);
  }
}

const failure = (error: unknown, host: string, signal: AbortSignal): unknown => {
  if (signal.aborted) return signal.reason;
  if (error instanceof Permanent) return error;
  const { code, message } = error as NodeJS.ErrnoException;
  return new Error(`${host} gave no answer: ${code ?? message}`, { cause: error });
};
