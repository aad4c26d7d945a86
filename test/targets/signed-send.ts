import { Sha256 } from "@smithy/core/checksum";
import { SignatureV4, type SignatureV4Init } from "@smithy/signature-v4";
import type { ApiRequest, SendRequest } from "./target.ts";

export type Signing = Pick<SignatureV4Init, "credentials" | "region">;

/** The service that a request to API Gateway is signed for. @see https://docs.aws.amazon.com/apigateway/latest/developerguide/http-api-access-control-iam.html */
const SERVICE = "execute-api";

/**
 * Returns the headers that a request needs to pass API Gateway's IAM authorization: its own, and its signature.
 *
 * @see https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_sigv-create-signed-request.html
 */
export const signedHeaders = async (
  url: URL,
  { method, headers = {}, body }: Pick<ApiRequest, "method" | "headers" | "body">,
  signing: Signing,
  at: Date = new Date(),
): Promise<Readonly<Record<string, string>>> => {
  const signer = new SignatureV4({ ...signing, service: SERVICE, sha256: Sha256 });
  const signed = await signer.sign(
    {
      method,
      protocol: url.protocol,
      hostname: url.hostname,
      path: url.pathname,
      query: Object.fromEntries(url.searchParams),
      headers: { ...headers, host: url.host },
      body,
    },
    { signingDate: at },
  );
  const { host: _, ...sent } = signed.headers;
  return sent;
};

/** Sends requests that are signed by the credentials at hand. */
export const signedSend =
  (apiUrl: string, signing: Signing): SendRequest =>
  async ({ path, signal, ...request }) => {
    const url = new URL(`${apiUrl}${path}`);
    return await fetch(url, {
      method: request.method,
      headers: await signedHeaders(url, request, signing),
      body: request.body,
      signal,
    });
  };

/** Sends requests as they are, with some headers more. */
export const plainSend =
  (apiUrl: string, more: Readonly<Record<string, string>> = {}): SendRequest =>
  ({ path, method, headers, body, signal }) =>
    fetch(`${apiUrl}${path}`, { method, headers: { ...headers, ...more }, body, signal });
