import { json } from "node:stream/consumers";
import { describe, expect, it } from "vitest";
import { burst, type PlannedJob, steady } from "../../../lib/cli/scenarios/scenario.ts";
import { submitPlan } from "../../../lib/cli/scenarios/submit-plan.ts";
import { serve } from "../../support/local-server.ts";

type Batch = { readonly jobs: readonly { readonly input: number }[] };

const submitTo = async (url: string, jobs: readonly PlannedJob[]) => {
  const accepted: string[] = [];
  const repeats = await submitPlan(jobs, {
    apiUrl: url.slice(0, -1),
    signal: new AbortController().signal,
    inputOf: (_, index) => index,
    onAccepted: (_, ids) => void accepted.push(...ids),
  });
  return { accepted: accepted.toSorted(), repeats };
};

const WEBHOOK = { type: "deliver-webhook", serviceMs: 0 } as const;

describe("submitting a plan", () => {
  it("sends each job until it is accepted, and none twice", async () => {
    let requests = 0;
    const { url } = await serve(async (request, response) => {
      const { jobs } = (await json(request)) as Batch;
      requests += 1;
      if (requests === 1) return response.writeHead(503).end("{}");
      const taken = jobs.flatMap(({ input }, index) =>
        requests === 2 && index > 0 ? [] : [{ index, id: `job-${input}` }],
      );
      response.writeHead(202).end(JSON.stringify({ accepted: taken }));
    });

    expect(await submitTo(url, burst(3, 0, WEBHOOK))).toEqual({ accepted: ["job-0", "job-1", "job-2"], repeats: 2 });
    expect(requests).toBe(3);
  });

  it("sends each type to its own route", async () => {
    const routes: (string | undefined)[] = [];
    const { url } = await serve(async (request, response) => {
      const { jobs } = (await json(request)) as Batch;
      routes.push(request.url);
      response
        .writeHead(202)
        .end(JSON.stringify({ accepted: jobs.map(({ input }, index) => ({ index, id: `${input}` })) }));
    });

    await submitTo(url, [...burst(1, 0, WEBHOOK), ...burst(2, 0, { type: "profile-csv", serviceMs: 0 })]);

    expect(routes).toEqual(["/jobs/deliver-webhook/batch", "/jobs/profile-csv/batch"]);
  });
});

describe("a steady load", () => {
  it("is spread evenly, and every how-many-eth job is poison", () => {
    const jobs = steady({ ...WEBHOOK, perSecond: 2, fromMs: 1_000, untilMs: 3_000, poisonEvery: 3 });

    expect(jobs.map(({ atMs, isPoison }) => [atMs, isPoison])).toEqual([
      [1_000, false],
      [1_500, false],
      [2_000, true],
      [2_500, false],
    ]);
  });
});
