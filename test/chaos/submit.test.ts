import { json } from "node:stream/consumers";
import { describe, expect, it } from "vitest";
import { serve } from "../support/local-server.ts";
import type { PlannedJob } from "./planned-jobs.ts";
import { submitAll } from "./submit.ts";

type Batch = { readonly jobs: readonly { readonly input: { readonly index: number } }[] };

const jobsOf = (count: number, key?: (index: number) => string): readonly PlannedJob[] =>
  Array.from({ length: count }, (_, index) => ({
    type: "deliver-webhook",
    behaviour: { kind: "ok", times: 1 },
    input: { index },
    isCancelled: false,
    ...(key === undefined ? {} : { key: key(index) }),
  }));

const submitTo = async (url: string, jobs: readonly PlannedJob[]) => {
  const accepted: string[] = [];
  let unanswered = 0;
  await submitAll({
    jobs,
    apiUrl: () => url.slice(0, -1),
    isFull: () => false,
    signal: new AbortController().signal,
    onAccepted: ({ input }, id) => accepted.push(`${input.index}: ${id}`),
    onUnanswered: () => {
      unanswered += 1;
    },
  });
  return { accepted: accepted.toSorted(), unanswered };
};

describe("submitting", () => {
  it("goes on until each job of a batch is accepted", async () => {
    let requests = 0;
    const { url } = await serve(async (request, response) => {
      const { jobs } = (await json(request)) as Batch;
      requests += 1;
      if (requests === 1) return response.destroy();
      if (requests === 2) return response.writeHead(503).end("{}");
      const accepted = jobs.flatMap(({ input }, at) =>
        requests === 3 && at > 0 ? [] : [{ index: at, id: `id-${input.index}` }],
      );
      response.writeHead(202).end(JSON.stringify({ accepted, rejected: [] }));
    });

    expect(await submitTo(url, jobsOf(3))).toEqual({ accepted: ["0: id-0", "1: id-1", "2: id-2"], unanswered: 1 });
  });

  it("repeats a job under its key", async () => {
    const keys: unknown[] = [];
    const { url } = await serve((request, response) => {
      keys.push(request.headers["idempotency-key"]);
      if (keys.length === 1) response.destroy();
      else response.writeHead(202).end('{"id":"id-0"}');
    });

    expect(
      await submitTo(
        url,
        jobsOf(1, () => "order-1"),
      ),
    ).toEqual({ accepted: ["0: id-0"], unanswered: 1 });
    expect(keys).toEqual(["order-1", "order-1"]);
  });

  it("rejects an answer that says the job is wrong", async () => {
    const { url } = await serve((_, response) => response.writeHead(422).end("{}"));

    await expect(submitTo(url, jobsOf(1))).rejects.toThrow("what must be accepted was refused");
  });
});
