import { describe, expect, it } from "vitest";
import type { Campaign } from "./campaign.ts";
import type { Evidence } from "./evidence.ts";
import { faultNames, wantedFaults } from "./fault-kinds.ts";
import { report, verdictOf } from "./report.ts";

const EVIDENCE: Evidence = {
  accepted: [{ id: "a", behaviour: { kind: "ok", times: 1 }, key: undefined }],
  drained: new Map(),
  records: new Map([
    [
      "a",
      {
        id: "a",
        type: "deliver-webhook",
        status: "succeeded",
        attempts: 1,
        claims: 1,
        submittedAt: "2026-01-01T00:00:00.000Z",
        history: [],
      },
    ],
  ]),
  ledger: new Map([["a", { behaviour: { kind: "ok", times: 1 }, effects: [{ startMs: 1, endMs: 2, status: 200 }] }]]),
  settlements: new Map([["a", 1]]),
  cancels: [],
  redrives: [],
  lastRedrives: [],
  malformed: [],
  deadLetters: [],
  leftInQueues: 0,
};

const { least } = wantedFaults(1);

const campaignOf = (more: Partial<Campaign> = {}): Campaign => ({
  evidence: EVIDENCE,
  faults: new Map(faultNames().map((name) => [name, new Map([["DynamoDB", least]])])),
  kills: 2,
  unanswered: 0,
  loadMs: 10_000,
  totalMs: 12_000,
  ...more,
});

const WANTED = { jobs: 1, kills: 2, seed: 1 };

const told = (campaign: Campaign): string => report(campaign, verdictOf(campaign, WANTED), WANTED);

describe("a campaign", () => {
  it("holds where every promise did, and is strong where every fault came often enough", () => {
    const campaign = campaignOf();

    expect(verdictOf(campaign, WANTED)).toMatchObject({ isHeld: true, isStrong: true });
    expect(told(campaign)).toContain("every promise held");
    expect(told(campaign)).not.toContain("too few jobs or faults");
  });

  it.each([
    ["a fault came too seldom", { faults: new Map([["late-write", new Map([["DynamoDB", 1]])]]) }],
    ["a job was never accepted", { evidence: { ...EVIDENCE, accepted: [] } }],
    ["the process was killed too seldom", { kills: 1 }],
  ])("is weak where %s", (_, more) => {
    const campaign = campaignOf(more);

    expect(verdictOf(campaign, WANTED)).toMatchObject({ isHeld: true, isStrong: false });
    expect(told(campaign)).toContain("too few jobs or faults for this to mean much");
  });

  it("shows a broken promise with the job's record and ledger", () => {
    const campaign = campaignOf({ evidence: { ...EVIDENCE, settlements: new Map([["a", 2]]) } });

    expect(verdictOf(campaign, WANTED).isHeld).toBe(false);
    expect(told(campaign)).toMatch(
      /VIOLATED .*one settled outcome.*\n.*a was settled 2 times.*\n.*"effects":\[\{"startMs":1/,
    );
  });
});
