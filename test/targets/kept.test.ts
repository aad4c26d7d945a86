import { existsSync } from "node:fs";
import { join } from "node:path";
import { describe, expect, it } from "vitest";
import { temporaryFolder } from "../support/temporary-folder.ts";
import { checkKept, type Kept, takeKept } from "./kept.ts";
import { nothingMade } from "./made.ts";
import { nowhereTarget } from "./nowhere-target.ts";
import { playPart } from "./play-suite.ts";
import type { SendRequest } from "./target.ts";

const kept = (runsAfterMs: number): Kept => ({
  finished: { id: "done", type: "profile-csv", status: "succeeded", attempts: 1 },
  waiting: { id: "later", runsAfterMs },
});

const part = { name: "kept", does: "keeps", limitMs: 5_000 };

const check = async (send: SendRequest, runsAfterMs: number) => {
  const suite = {
    target: nowhereTarget(send),
    tenant: "e2e-test",
    made: nothingMade(),
    signal: new AbortController().signal,
    onStart: () => undefined,
    onEnd: () => undefined,
  };
  const [end] = await playPart(suite, part, checkKept(kept(runsAfterMs)));
  return { end, made: suite.made };
};

/** An API after another deployment, with what it still has. */
const deployedAgain =
  ({ record = true, delayed = 1 }): SendRequest =>
  async ({ path }) => {
    if (path === "/queues") return Response.json({ queues: [{ type: "profile-csv", delayed }] });
    if (path === "/jobs/later") return Response.json({ status: "queued", attempts: 0 });
    return Response.json(record ? kept(0).finished : { ...kept(0).finished, status: "queued", attempts: 0 });
  };

const soon = (): number => Date.now() + 60_000;

describe("what a run keeps for the next", () => {
  it("passes when record and message are there, and is taken away by that run", async () => {
    const { end, made } = await check(deployedAgain({}), soon());

    expect(end).toMatchObject({ kind: "passed" });
    expect([...made.jobs.keys()]).toEqual(["done", "later"]);
  });

  it.each([
    ["a lost record", deployedAgain({ record: false }), soon(), "the finished job's record must be as it was"],
    ["a lost message", deployedAgain({ delayed: 0 }), soon(), "the message must wait in the queue"],
    ["a check that comes too late", deployedAgain({}), 0, "the delay is over, and nothing can be told"],
  ])("fails for %s", async (_, send, runsAfterMs, why) => {
    const { end } = await check(send, runsAfterMs);

    expect(end).toMatchObject({ kind: "failed", why: expect.stringContaining(why) });
  });

  it("is read once", async () => {
    const file = join(temporaryFolder({ "kept.json": JSON.stringify(kept(7)) }), "kept.json");

    expect(await takeKept("emulator", file)).toEqual(kept(7));
    expect(existsSync(file)).toBe(false);
    await expect(takeKept("emulator", file)).rejects.toMatchObject({ name: "NotRun" });
  });
});
