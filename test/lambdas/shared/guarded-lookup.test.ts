import type { LookupAddress, LookupOptions } from "node:dns";
import { get } from "node:http";
import { describe, expect, it } from "vitest";
import { guardedLookup, type ResolveAll } from "../../../lambdas/shared/guarded-lookup.ts";
import { isPublicAddress } from "../../../lambdas/shared/public-address.ts";
import { serve } from "../../support/local-server.ts";

const PUBLIC: LookupAddress = { address: "93.184.215.14", family: 4 };
const LOOPBACK: LookupAddress = { address: "127.0.0.1", family: 4 };

/** A resolver that gives one answer after another. */
const answering = (...answers: readonly (readonly LookupAddress[])[]): ResolveAll => {
  const rest = [...answers];
  return (_hostname, _options, callback) => callback(null, [...(rest.shift() ?? [])]);
};

const guarded = (resolve: ResolveAll) => {
  const lookup = guardedLookup(resolve, isPublicAddress, (hostname) => new Error(`refused ${hostname}`));
  return (options: LookupOptions) =>
    new Promise((resolved, reject) => {
      lookup("host.test", options, (error, address, family) => (error ? reject(error) : resolved([address, family])));
    });
};

describe("guardedLookup", () => {
  it("gives a socket every address of a public name", async () => {
    const lookup = guarded(answering([PUBLIC]));

    const found = await lookup({ all: true });

    expect(found).toEqual([[PUBLIC], undefined]);
  });

  it("gives the first address where one is asked for", async () => {
    const lookup = guarded(answering([PUBLIC, { address: "1.1.1.1", family: 4 }]));

    const found = await lookup({});

    expect(found).toEqual([PUBLIC.address, 4]);
  });

  it("rejects a name that leads to a private address", async () => {
    await expect(guarded(answering([LOOPBACK]))({ all: true })).rejects.toThrow("refused host.test");
  });

  it("rejects a name of which one address is private", async () => {
    await expect(guarded(answering([PUBLIC, LOOPBACK]))({ all: true })).rejects.toThrow("refused host.test");
  });

  it("rejects a name that becomes private between two lookups", async () => {
    const lookup = guarded(answering([PUBLIC], [LOOPBACK]));

    await lookup({ all: true });

    await expect(lookup({ all: true })).rejects.toThrow("refused host.test");
  });

  it("rejects a name without addresses", async () => {
    await expect(guarded(answering([]))({ all: true })).rejects.toThrow("refused host.test");
  });

  it("hands on what the resolver failed with", async () => {
    const lookup = guarded((_hostname, _options, callback) => callback(new Error("ENOTFOUND"), []));

    await expect(lookup({ all: true })).rejects.toThrow("ENOTFOUND");
  });

  it("keeps a socket from connecting to what it refuses", async () => {
    let connections = 0;
    const { server, host } = await serve((_request, response) => void response.end());
    server.on("connection", () => {
      connections += 1;
    });
    const lookup = guardedLookup(answering([LOOPBACK]), isPublicAddress, () => new Error("refused"));

    const failed = new Promise((_, reject) => {
      get({ hostname: "rebound.test", port: host.split(":")[1], lookup, agent: false }).on("error", reject);
    });

    await expect(failed).rejects.toThrow("refused");
    expect(connections).toBe(0);
  });
});
