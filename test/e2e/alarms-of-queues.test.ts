import { rm } from "node:fs/promises";
import { ListQueuesCommand, PurgeQueueCommand, SendMessageCommand, SQSClient } from "@aws-sdk/client-sqs";
import { afterAll, afterEach, beforeAll, describe, expect, it } from "vitest";
import { type AlarmRun, alarmRun } from "../support/alarm-run.ts";
import {
  type AlarmedJobs,
  alarmedJobs,
  CSV,
  HOOK,
  of,
  PAGE,
  synthesizeAlarmedStage,
  TYPES,
} from "../support/alarmed-stage.ts";
import { clientOptions } from "../support/client-options.ts";
import { type GatedReceiver, gatedReceiver } from "../support/gated-receiver.ts";
import { until } from "../support/until.ts";

const HALF_A_DAY_MINUTES = 720;

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

describe("the alarms of a stage with two job types", () => {
  beforeAll(() => start({}));
  afterAll(() => test.stop());

  it("are OK while its jobs are done, and nobody is told anything", async () => {
    for (let minute = 0; minute < 8; minute += 1) {
      const ids = [...(await jobs.submit(HOOK)), ...(await jobs.submit(CSV))];
      await test.minute();
      await jobs.jobsOnce(ids, "succeeded");
    }

    const alarms = await test.alarms();
    expect(alarms.size).toBe(28);
    expect(new Set([...alarms.values()].map(({ state }) => state))).toEqual(new Set(["OK"]));
    expect(test.pages()).toBe(0);
  });

  it("tell once of jobs that die and of messages that are no jobs, and how to find them", async () => {
    const sqs = new SQSClient(clientOptions(test.run.awsUrl));
    for (const [place, type] of TYPES.entries()) {
      const [id] = await jobs.submit(type, 1, receiver.poisonUrl);
      await sqs.send(new SendMessageCommand({ QueueUrl: jobs.queueUrl(type), MessageBody: "no job" }));
      await jobs.jobsOnce([id ?? ""], "dead");
      await expect.poll(() => test.runNext(`${type}/dead-letters`)).toMatchObject({ messages: [{ body: "no job" }] });
      await test.minutesUntil(of(type, "jobs-dying", "dead-letters"), "ALARM", 3);

      const alarming = TYPES.slice(0, place + 1).flatMap((one) => of(one, "jobs-dying", "dead-letters"));
      await expectAlarms(...alarming, PAGE);
      expect(await test.runNext(`${type}/jobs-dying`)).toMatchObject({ jobs: [{ id, status: "dead" }] });
    }

    const { QueueUrls = [] } = await sqs.send(new ListQueuesCommand({}));
    for (const QueueUrl of QueueUrls) await sqs.send(new PurgeQueueCommand({ QueueUrl }));
    sqs.destroy();
    await test.minutesUntil([...of(HOOK, "dead-letters"), ...of(CSV, "dead-letters")], "OK", 2);
    await expectAlarms(...of(HOOK, "jobs-dying"), ...of(CSV, "jobs-dying"), PAGE);
    await test.minutesUntil([...of(HOOK, "jobs-dying"), ...of(CSV, "jobs-dying"), PAGE], "OK", 18, { step: 3 });
    expect(test.pages()).toBe(1);
  });

  it("keep quiet about what a pause by hand brings about, and page when it is forgotten", async () => {
    const pages = test.pages();
    await test.post(`/queues/${CSV}/limit`, { limit: 2 });
    await jobs.pause(HOOK);
    await jobs.submit(HOOK, 20);
    await test.minutesUntil(of(HOOK, "paused-by-hand"), "ALARM", 2);
    await test.minutesUntil(of(HOOK, "queue-paused"), "ALARM", 2);
    await test.minutesUntil(of(HOOK, "oldest-job-fast"), "ALARM", 8);
    await test.minutesUntil(of(HOOK, "oldest-job-slow"), "ALARM", 7);
    await expectAlarms(...of(HOOK, "oldest-job-fast", "oldest-job-slow", "paused-by-hand", "queue-paused"));
    expect(test.pages()).toBe(pages);

    for (let minutes = 0; minutes < 34; minutes += 2) await test.minute(2);
    expect(test.pages()).toBe(pages);
    await test.minutesUntil([...of(HOOK, "control-forgotten"), ...of(CSV, "control-forgotten"), PAGE], "ALARM", 12);
    expect(test.pages()).toBe(pages + 1);
  });

  it("keep quiet for a quarter of an hour after a pause by hand, and then page what is not over", async () => {
    const pages = test.pages();
    receiver.set("held");
    expect(await test.runNext(`${CSV}/control-forgotten`)).toEqual({ type: CSV });
    await test.minute(2);
    expect(await test.runNext(`${HOOK}/control-forgotten`)).toEqual({ type: HOOK });
    await test.minute();
    await until(() => receiver.held() >= 2);

    const more = { each: () => jobs.submit(HOOK) };
    await test.minutesUntil([...of(HOOK, "control-forgotten"), ...of(CSV, "control-forgotten"), PAGE], "OK", 16, more);
    const late = of(HOOK, "oldest-job-fast", "oldest-job-slow", "saturated");
    expect(await test.alarming()).toEqual(expect.arrayContaining([...late, `${HOOK}/paused-by-hand`]));
    expect(test.pages()).toBe(pages);
    await test.minutesUntil([PAGE], "ALARM", 3, more);
    await expectAlarms(...late, PAGE);
    expect(test.pages()).toBe(pages + 1);

    receiver.set("open");
    await jobs.drained(HOOK);
    await test.minutesUntil([...late, PAGE], "OK", 10);
    expect(test.pages()).toBe(pages + 1);
  });

  it("say that jobs come faster than the limit lets them go", async () => {
    const pages = test.pages();
    receiver.set("held");
    await jobs.submit(CSV, 20);
    await until(() => receiver.held() >= 2);
    const more = { each: () => jobs.submit(CSV) };
    await test.minutesUntil(of(CSV, "oldest-job-fast"), "ALARM", 9, more);
    await test.minutesUntil(of(CSV, "saturated"), "ALARM", 4, more);
    await test.minutesUntil(of(CSV, "oldest-job-slow"), "ALARM", 5, more);
    await expectAlarms(...of(CSV, "oldest-job-fast", "oldest-job-slow", "saturated"), PAGE);
    expect(await test.runNext(`${CSV}/saturated`)).toMatchObject({ queues: [{}, { type: CSV, state: "open" }] });
    expect(test.pages()).toBe(pages + 1);

    receiver.set("open");
    await jobs.drained(CSV);
    await test.minutesUntil([...of(CSV, "oldest-job-fast", "oldest-job-slow", "saturated"), PAGE], "OK", 10);
  });

  it.each(TYPES)("page when the scaler has paused %s, whose downstream is down", async (type) => {
    const pages = test.pages();
    const isIn = (state: string) => jobs.isIn(type, state);
    receiver.set("down");
    await jobs.submit(type, 20);
    do {
      const refused = receiver.refused();
      // As many as the scaler wants to see before it pauses.
      await until(() => receiver.refused() >= refused + 10, 5_000);
      await test.land();
    } while (!(await until(isIn("paused"), 1_000)));
    while ((await test.alarms()).get(`${type}/queue-paused`)?.state !== "ALARM") {
      await until(async () => !(await isIn("paused")()), 500);
      await test.land();
    }
    // On a busy machine the outage lasts long enough for the jobs to have waited too long.
    const late = of(type, "oldest-job-fast", "oldest-job-slow");
    const alarming = (await test.alarming()).filter((id) => !late.includes(id));
    expect(alarming).toEqual([...of(type, "queue-paused"), PAGE].toSorted());
    expect(test.pages()).toBe(pages + 1);

    receiver.set("open");
    while (!(await until(isIn("open"), 1_000))) await test.land();
    await jobs.drained(type);
    await test.minutesUntil([...of(type, "queue-paused"), ...late, PAGE], "OK", 18, { step: 3 });
    expect(test.pages()).toBe(pages + 1);
  });

  it.each(TYPES)("page when half of the retention of a job of %s is over", async (type) => {
    await jobs.pause(type);
    const ids = await jobs.submit(type);
    await test.minutesUntil(of(type, "paused-by-hand", "queue-paused"), "ALARM", 3);
    await test.minute(HALF_A_DAY_MINUTES);
    await test.minutesUntil(of(type, "retention-at-risk"), "ALARM", 16, { step: 2 });
    // Half a day without a run of the scaler is over, and a pause by hand wakes nobody: so retention does.
    const alarming = (await test.alarming()).filter((id) => !id.includes("/oldest-job-"));
    expect(alarming).toEqual([...of(type, "paused-by-hand", "queue-paused", "retention-at-risk"), PAGE].toSorted());
    expect(await test.runNext(`${type}/paused-by-hand`)).toEqual({ type });
    await test.minute();
    await jobs.jobsOnce(ids, "succeeded");
    const late = of(type, "oldest-job-fast", "oldest-job-slow", "retention-at-risk", "paused-by-hand", "queue-paused");
    await test.minutesUntil([...late, "scaler-stopped", PAGE], "OK", 18, { step: 3 });
    await expectAlarms();
  });
});
