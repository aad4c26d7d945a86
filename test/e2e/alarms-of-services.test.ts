import { rm } from "node:fs/promises";
import { afterAll, afterEach, beforeAll, describe, expect, it, onTestFinished } from "vitest";
import { type AlarmRun, alarmRun } from "../support/alarm-run.ts";
import {
  type AlarmedJobs,
  alarmedJobs,
  CSV,
  copyOf,
  HOOK,
  of,
  PAGE,
  synthesizeAlarmedStage,
  TYPES,
  wordOf,
} from "../support/alarmed-stage.ts";
import { type GatedReceiver, gatedReceiver } from "../support/gated-receiver.ts";
import { until } from "../support/until.ts";

let assemblyFolder: string;
let receiver: GatedReceiver;
let test: AlarmRun;
let jobs: AlarmedJobs;

beforeAll(async () => {
  assemblyFolder = synthesizeAlarmedStage();
  receiver = await gatedReceiver();
});
afterAll(async () => {
  await receiver.stop();
  await rm(assemblyFolder, { recursive: true });
});

afterEach(() => receiver.set("open"));

const start = async (options: Parameters<typeof alarmRun>[2]): Promise<void> => {
  test = await alarmRun(assemblyFolder, TYPES, options);
  jobs = alarmedJobs(test, receiver);
};

/** Expects these to be in ALARM, and no others. */
const expectAlarms = async (...ids: readonly string[]): Promise<void> =>
  expect(await test.alarming()).toEqual(ids.toSorted());

describe("the alarms of a stage in an account that is too small for it", () => {
  beforeAll(() => start({ accountConcurrency: 3 }));
  afterAll(() => test.stop());

  it.each([
    [HOOK, CSV],
    [CSV, HOOK],
  ] as const)("page when the account's concurrency is used up: by %s, while %s waits", async (greedy, short) => {
    receiver.set("held");
    await test.minute(3);
    await expectAlarms();
    const pages = test.pages();
    await jobs.submit(greedy, 10);
    await until(() => jobs.running(greedy) === 2 && receiver.held() >= 2);
    await jobs.submit(short, 10);
    for (let minute = 0; minute < 3; minute += 1) {
      await test.heard((event) => event.kind === "invocation-throttled" && event.functionName.includes(wordOf(short)));
      expect((await test.get("/queues")).status).toBe(503);
      await test.minute();
    }
    await test.minutesUntil(["api-throttled", "api-failing", ...of(short, "worker-throttled")], "ALARM", 4);
    // Older runs make up for missing ones as far as CloudWatch looks back: that is seven minutes.
    await test.minutesUntil(["scaler-stopped"], "ALARM", 6, { each: () => test.get("/queues") });
    const alarming = await test.alarming();
    expect(alarming).toEqual(expect.arrayContaining(["api-failing", "api-throttled", "scaler-stopped", PAGE]));
    expect(alarming).not.toContain(`${greedy}/worker-throttled`);
    expect(test.pages()).toBe(pages + 1);

    receiver.set("open");
    await until(async () => (await test.get("/queues")).status === 200);
    await jobs.drained(greedy);
    await jobs.drained(short);
    await test.minutesUntil(["scaler-stopped"], "OK", 6);
    const others = TYPES.flatMap((type) => of(type, "oldest-job-fast", "oldest-job-slow", "worker-throttled"));
    await test.minutesUntil(["api-failing", "api-throttled", ...others, PAGE], "OK", 8);
    await expectAlarms();
  });
});

const refused = (code: string) => ({ does: { kind: "refuse", status: 400, code } }) as const;

/** What goes wrong until it is ended. */
const FAULTS = [
  {
    name: "send",
    calls: ["AmazonSQS.SendMessage"],
    bodyMatches: "ProfileCsvQueue",
    ...refused("AccessDeniedException"),
  },
  { name: "slow", calls: ["AmazonSQS.ReceiveMessage"], does: { kind: "delay", leastMs: 3_050, mostMs: 4_500 } },
  { name: "read", calls: ["DynamoDB_20120810.GetItem"], ...refused("ProvisionedThroughputExceededException") },
  {
    name: "write",
    calls: ["DynamoDB_20120810.UpdateItem"],
    bodyMatches: '"job#',
    ...refused("ProvisionedThroughputExceededException"),
  },
  { name: "scaler", calls: ["DynamoDB_20120810.Query"], bodyMatches: '"scaling"', ...refused("AccessDeniedException") },
] as const;

describe("the alarms of a stage whose schedule is disabled", () => {
  it("say nothing of a scaler that never ran, and page when one that ran has stopped", async () => {
    const disabledFolder = await copyOf(assemblyFolder, "EachMinute", { State: "DISABLED" });
    test = await alarmRun(disabledFolder, TYPES);
    onTestFinished(async () => {
      await test.stop();
      await rm(disabledFolder, { recursive: true });
    });
    for (let minute = 0; minute < 6; minute += 1) await test.land();
    await expectAlarms("scaler-stopped");
    expect(test.pages()).toBe(0);

    await test.runScaler();
    await test.land();
    await expectAlarms();
    for (let minute = 0; minute < 7; minute += 1) await test.land();
    await expectAlarms("scaler-stopped", PAGE);
    expect(test.pages()).toBe(1);
  });
});

describe("the alarms of a stage whose services fail it", () => {
  beforeAll(() =>
    start({ faults: { seed: 1, faults: FAULTS.map((fault) => ({ at: "call" as const, rate: 1, ...fault })) } }),
  );
  afterAll(() => test.stop());

  it("page once for an api that fails and is slow, a table that throttles, and a scaler that fails", async () => {
    const injected = (name: string) => test.heard((event) => event.kind === "fault-injected" && event.name === name);
    for (let minute = 1; minute <= 6; minute += 1) {
      const heard = [injected("read"), injected("write"), test.get(`/queues/${HOOK}/dead-letters`)];
      const [failed] = await Promise.all([
        test.post(`/jobs/${CSV}`, { input: { url: receiver.url } }),
        jobs.submit(HOOK),
      ]);
      expect(failed.status).toBeGreaterThanOrEqual(500);
      void test.get("/jobs/deliver-webhook_r01m83erz3c2tskkq467zyxvtg89psg7");
      await Promise.all(heard);
      await test.minute();
    }
    const alarming = ["api-failing", "api-slow", "scaler-failing", "table-reads-throttled", "table-writes-throttled"];
    await test.minutesUntil([...alarming, PAGE], "ALARM", 4);
    await expectAlarms(...alarming, PAGE);
    expect(test.pages()).toBe(1);

    test.run.endFaults();
    await test.minute();
    await jobs.drained(HOOK);
    await test.minutesUntil([...alarming, PAGE], "OK", 13);
    expect(test.pages()).toBe(1);
  });
});
