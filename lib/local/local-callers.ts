import type { IncomingMessage, RequestListener, ServerResponse } from "node:http";

/** Why a request is refused, and what its sender can do. */
export type ForeignCall = { readonly detail: string; readonly hint: string };

/** Names that lead to this machine wherever they are looked up: a web page cannot have its own point there. */
const LOCAL = /^(127\.0\.0\.1|\[::1\]|([\w-]+\.)*localhost)(:\d+)?$/i;

/**
 * Hands on only what was sent to this machine by its own name, and not by a web page of another.
 *
 * Only this machine reaches a port of its loopback interface, but its browser does so for any page: with a request whose
 * answer the page cannot read, or, by a name of its own that it lets point here, with one whose answer it can.
 */
export const onlyLocalCallers =
  (
    listener: RequestListener,
    refuse: (response: ServerResponse, foreign: ForeignCall, request: IncomingMessage) => void,
  ): RequestListener =>
  (request, response) => {
    const foreign = foreignCallOf(request);
    if (foreign === undefined) return listener(request, response);
    request.resume();
    refuse(response, foreign, request);
  };

const foreignCallOf = ({ headers: { host, origin } }: IncomingMessage): ForeignCall | undefined => {
  if (!LOCAL.test(host ?? "")) {
    return {
      detail: `the header Host must be 127.0.0.1, localhost, a name below localhost or [::1], got ${host}`,
      hint: "call the address that the run printed",
    };
  }
  if (origin === undefined || LOCAL.test(origin.replace(/^https?:\/\//i, ""))) return undefined;
  return {
    detail: `the header Origin must be of this machine, got ${origin}`,
    hint: "call from a program, or from a page that localhost serves",
  };
};
