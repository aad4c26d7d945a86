import { describe, expect, it } from "vitest";
import { cleanUp } from "./clean-up.ts";
import { nothingMade } from "./made.ts";
import { nowhereTarget } from "./nowhere-target.ts";
import type { SendRequest } from "./target.ts";

const job = (waitsUntilMs: number) => ({ type: "profile-csv", waitsUntilMs, isLarge: false });

describe("the suite's cleaning up", () => {
  it("leaves the record of a cancelled job whose message may still come, and says so", async () => {
    const requests: string[] = [];
    const send: SendRequest = async ({ method, path }) => {
      requests.push(`${method} ${path}`);
      return Response.json({ status: requests.length > 1 ? "cancelled" : "queued" });
    };
    const made = nothingMade();
    made.jobs.set("one", job(Date.now() + 60_000));

    const cleaned = await cleanUp(nowhereTarget(send), made, "e2e-test");

    expect(requests).toEqual(["GET /jobs/one", "POST /jobs/one/cancel", "GET /jobs/one"]);
    expect(cleaned).toMatchObject({
      records: 0,
      failures: [],
      staying: [expect.stringMatching(/^1 records of cancelled/)],
    });
  });

  it("lifts what was set by hand", async () => {
    const requests: string[] = [];
    const send: SendRequest = async ({ method, path }) => {
      requests.push(`${method} ${path}`);
      return Response.json({});
    };
    const made = nothingMade();
    made.controlled.add("profile-csv");

    await cleanUp(nowhereTarget(send), made, "e2e-test");

    expect(requests).toEqual(["POST /queues/profile-csv/resume"]);
  });

  it("goes on after what fails, and names it once for each cause", async () => {
    const made = nothingMade();
    for (const id of ["a", "b", "c", "d", "e"]) made.jobs.set(id, job(0));
    made.controlled.add("profile-csv");

    const { failures } = await cleanUp(nowhereTarget(), made, "e2e-test");

    expect(failures).toEqual(["the control of profile-csv, job a, job b and 3 more: nothing may be sent"]);
  });
});
