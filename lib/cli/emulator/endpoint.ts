import { SluiceError } from "../../core/errors.ts";

/** Where an emulator answers when nobody says otherwise: LocalStack's own port. */
export const DEFAULT_ENDPOINT = "http://127.0.0.1:4566";

const LOOPBACK_HOSTS = ["127.0.0.1", "localhost", "[::1]"];

/** An address at which an emulator answers, or shall. */
export type Endpoint = {
  /** Without a slash at its end. */
  readonly url: string;
  readonly port: number;
  /** On this machine: where nothing answers we may start something. */
  readonly isLoopback: boolean;
};

/**
 * Reads an endpoint.
 *
 * @throws EndpointInvalid for what is no plain address of a server, or is AWS itself
 */
export const parseEndpoint = (text: string): Endpoint => {
  const url = URL.parse(text);
  if (url === null || !/^https?:$/.test(url.protocol) || url.pathname !== "/" || url.search !== "") {
    throw invalid(text, "be an address like http://127.0.0.1:4566", "name it with --endpoint or AWS_ENDPOINT_URL");
  }
  if (/(^|\.)(amazonaws\.com(\.cn)?|api\.aws)$/.test(url.hostname)) {
    throw invalid(text, "be an emulator's, not AWS's own", "deploy to AWS with `npx cdk deploy --all`");
  }
  const port = url.port === "" ? (url.protocol === "https:" ? 443 : 80) : Number(url.port);
  return { url: url.origin, port, isLoopback: url.protocol === "http:" && LOOPBACK_HOSTS.includes(url.hostname) };
};

const invalid = (text: string, expectation: string, hint: string): SluiceError =>
  new SluiceError("EndpointInvalid", `endpoint must ${expectation}, got ${JSON.stringify(text)}`, { hint });
