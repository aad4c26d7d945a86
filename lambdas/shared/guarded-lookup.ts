import type { LookupAddress } from "node:dns";
import type { LookupFunction } from "node:net";

/** Asks for every address of a name, as `dns.lookup` does with `all`. */
export type ResolveAll = (
  hostname: string,
  options: { readonly all: true },
  callback: (error: Error | null, addresses: LookupAddress[]) => void,
) => void;

/**
 * Returns a `lookup` for sockets that fails for every name with an address that is not allowed.
 *
 * The socket connects to the very addresses that were judged here, so a name whose answer changes between a check and
 * the connection (DNS rebinding) gains nothing. One bad address refuses the name: a mixed answer is how rebinding looks.
 */
export const guardedLookup =
  (
    resolve: ResolveAll,
    isAllowed: (address: string) => boolean,
    refusal: (hostname: string) => Error,
  ): LookupFunction =>
  (hostname, options, callback) => {
    resolve(hostname, { ...options, all: true }, (error, addresses) => {
      const first = addresses?.[0];
      if (error) return callback(error, "");
      if (first === undefined || !addresses.every(({ address }) => isAllowed(address))) {
        return callback(refusal(hostname), "");
      }
      return options.all ? callback(null, addresses) : callback(null, first.address, first.family);
    });
  };
