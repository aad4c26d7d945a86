import { expect, it } from "vitest";
import { runCampaign } from "../chaos/campaign.ts";
import { verdictOf } from "../chaos/report.ts";

const JOBS = 5_000;
const KILLS = 1;

it("loses nothing and does nothing twice while services fail, environments die and the process is killed", async () => {
  const signal = new AbortController().signal;

  const campaign = await runCampaign({
    jobs: JOBS,
    seed: 1,
    kills: KILLS,
    showsLogs: false,
    say: () => undefined,
    signal,
  });

  const { invariants, faults, kills } = verdictOf(campaign, { jobs: JOBS, kills: KILLS });
  expect(invariants.filter(({ violations }) => violations.length > 0)).toEqual([]);
  expect(faults.filter(({ count, least }) => count < least)).toEqual([]);
  expect(kills).toBe(KILLS);
}, 600_000);
