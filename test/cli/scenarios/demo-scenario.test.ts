import { afterEach, describe, expect, it, vi } from "vitest";
import type { RunOptions } from "../../../lib/cli/embedded-run.ts";
import { demoScenario, scenarioNamed, scenariosHelp } from "../../../lib/cli/scenarios/demo-scenario.ts";
import { HEALTHY, type Scenario } from "../../../lib/cli/scenarios/scenario.ts";
import { scenarioReport } from "../../../lib/cli/scenarios/scenario-report.ts";
import { SCENARIOS } from "../../../lib/cli/scenarios/scenarios.ts";
import { storeBreaker } from "../break-store.ts";
import { writeSmallApp } from "../small-app.ts";

afterEach(() => vi.restoreAllMocks());

describe("scenarios of the demo", () => {
  it("are the five that the help tells of", () => {
    expect(SCENARIOS.map(({ name }) => name)).toEqual(["flash", "slow", "outage", "poison", "two-queues"]);
    for (const { name, shows } of SCENARIOS) {
      expect(scenarioNamed(name).shows).toBe(shows);
      expect(scenariosHelp()).toContain(shows);
    }
  });

  it("rejects another name, and says which there are", () => {
    expect(() => scenarioNamed("fire")).toThrow(
      'scenario must be one of flash, slow, outage, poison, two-queues, got "fire"',
    );
  });

  it("report what the scaler changed, and how many requests were turned away", () => {
    const text = scenarioReport({
      queues: [{ type: "deliver-webhook", samples: [{ atMs: 0, visible: 5, inFlight: 1, running: 1, allowed: 5 }] }],
      changes: [
        {
          atMs: 21_000,
          queue: "deliver-webhook",
          limit: undefined,
          isEnabled: false,
          mode: "paused",
          reason: "all fail",
        },
      ],
      receiver: { delivered: 90, deliveredJobs: 90, refused: 10, poison: 0, peak: 20 },
      jobs: { accepted: 90, poison: 0, succeeded: 90, dead: 0, attempts: 100 },
      lastedMs: 60_000,
    });

    expect(text).toContain("21 s  deliver-webhook  paused    all fail");
    expect(text).toContain("10.0 % of all attempts");
  });

  it("end where the store of the run fails, and say so", async () => {
    const breakStore = storeBreaker();
    const said: string[] = [];
    vi.spyOn(console, "log").mockImplementation((text) => {
      said.push(String(text));
      breakStore();
    });
    const later = { atMs: 600_000, type: "deliver-webhook", serviceMs: 0, isPoison: false } as const;
    const scenario: Scenario = { name: "calm", shows: "nothing", jobs: [later], receiver: () => HEALTHY };
    const options: RunOptions = {
      stage: "dev",
      source: { kind: "assembly", folder: writeSmallApp() },
      port: 0,
      awsPort: 0,
      accountConcurrency: 5,
      environment: {},
      showsLogs: false,
    };

    await expect(demoScenario(scenario, options, {})).rejects.toMatchObject({ code: "StoreFailed" });

    expect(said).toEqual(["calm: nothing\n"]);
  });
});
