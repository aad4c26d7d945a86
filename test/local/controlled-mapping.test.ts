import { expect, it } from "vitest";
import { ControlledMapping } from "../../lib/local/controlled-mapping.ts";
import type { MappingSettings } from "../../lib/local/world.ts";
import { type FakeClock, fakeClock } from "../support/fake-clock.ts";

const SETTINGS: MappingSettings = {
  id: "mapping",
  queue: { name: "jobs", visibilityTimeoutSeconds: 60 },
  queueArn: "arn:aws:sqs:us-east-1:000000000000:jobs",
  functionName: "worker",
  isEnabled: true,
  batchSize: 10,
  batchWindowSeconds: 0,
  reportsItemFailures: true,
  maximumConcurrency: 40,
  provisioned: undefined,
};

type Bench = {
  readonly clock: FakeClock;
  readonly control: ControlledMapping;
  /** What the mapping was told, in order. */
  readonly applied: readonly MappingSettings[];
};

const control = (settings: Partial<MappingSettings> = {}): Bench => {
  const clock = fakeClock();
  const applied: MappingSettings[] = [];
  const mapping = {
    settings: { ...SETTINGS, ...settings },
    change: (changed: MappingSettings) => void applied.push(changed),
  };
  return { clock, applied, control: new ControlledMapping({ mapping, updateMs: 10_000, clock }) };
};

it.each([
  { isEnabled: true, state: "Enabled" },
  { isEnabled: false, state: "Disabled" },
])("starts as $state where the template says Enabled: $isEnabled", ({ isEnabled, state }) => {
  const { control: mapping } = control({ isEnabled });

  expect(mapping.state).toBe(state);
  expect(mapping.isChanging).toBe(false);
});

it.each([
  { from: true, change: { isEnabled: false }, during: "Disabling", after: "Disabled" },
  { from: false, change: { isEnabled: true }, during: "Enabling", after: "Enabled" },
  { from: true, change: { maximumConcurrency: 2 }, during: "Updating", after: "Enabled" },
  { from: false, change: { maximumConcurrency: 2 }, during: "Updating", after: "Disabled" },
  { from: true, change: {}, during: "Updating", after: "Enabled" },
])(
  "is $during, then $after, when one with Enabled: $from is given $change",
  async ({ from, change, during, after }) => {
    const { clock, control: mapping, applied } = control({ isEnabled: from });

    mapping.change(change);
    await clock.pass(9_999);
    const early = [...applied];
    const state = mapping.state;
    const isChanging = mapping.isChanging;
    await clock.pass(1);

    expect(state).toBe(during);
    expect(isChanging).toBe(true);
    expect(early).toEqual([]);
    expect(mapping.state).toBe(after);
    expect(mapping.isChanging).toBe(false);
    expect(applied).toEqual([{ ...SETTINGS, isEnabled: from, ...change }]);
  },
);

it("shows at once what was asked for, and when it or its state changed last", async () => {
  const { clock, control: mapping } = control();
  const madeMs = mapping.lastModifiedMs;
  await clock.pass(1_000);

  mapping.change({ maximumConcurrency: undefined });
  const { maximumConcurrency } = mapping.wanted;
  const askedMs = mapping.lastModifiedMs;
  await clock.pass(10_000);

  expect(maximumConcurrency).toBeUndefined();
  expect(askedMs).toBe(madeMs + 1_000);
  expect(mapping.lastModifiedMs).toBe(madeMs + 11_000);
});

it("adds a later change to an earlier one", async () => {
  const { clock, control: mapping, applied } = control();
  mapping.change({ maximumConcurrency: 7 });
  await clock.pass(10_000);

  mapping.change({ isEnabled: false });
  await clock.pass(10_000);

  expect(applied.at(-1)).toEqual({ ...SETTINGS, maximumConcurrency: 7, isEnabled: false });
});

it("changes nothing any more once it is stopped", async () => {
  const { clock, control: mapping, applied } = control();
  mapping.change({ isEnabled: false });

  mapping.stop();
  await clock.pass(60_000);

  expect(applied).toEqual([]);
  expect(clock.waiting()).toBe(0);
});
