import { pathToFileURL } from "node:url";
import { expect, it, onTestFinished } from "vitest";
import { startRuntime } from "../../lib/local/runtime.ts";
import { startStore } from "../../lib/local/wire/store.ts";
import { emptyWorld } from "../support/empty-world.ts";
import { fakeClock } from "../support/fake-clock.ts";
import { temporaryFolder } from "../support/temporary-folder.ts";

const SCALER = `export const handler = async (event) => console.log(JSON.stringify(event));`;

it("invokes a function by its schedule, the first time one period after the start", async () => {
  const clock = fakeClock();
  const codeFolder = temporaryFolder({ "index.mjs": SCALER });
  const store = await startStore(0, (error) => {
    throw error;
  });
  const lines: string[] = [];
  const world = emptyWorld();
  world.schedules.push({
    arn: "arn:aws:scheduler:us-east-1:000000000000:schedule/default/each-minute",
    functionName: "scaler",
    periodMs: 60_000,
    isEnabled: true,
    input: '{"tick":true}',
  });
  const runtime = startRuntime({
    world,
    functions: [
      {
        name: "scaler",
        arn: "arn:aws:lambda:us-east-1:000000000000:function:scaler",
        logicalId: "Scaler",
        handler: "index.handler",
        codeFolder,
        handlerUrl: pathToFileURL(`${codeFolder}/index.mjs`).href,
        handlerName: "handler",
        memoryMiB: 128,
        timeoutSeconds: 30,
        variables: {},
        reservedConcurrency: undefined,
        logGroupName: "scaler",
      },
    ],
    store,
    http: { url: "", answerWith: () => undefined, drain: async () => undefined, close: async () => undefined },
    accountConcurrency: 10,
    mappingUpdateMs: 10_000,
    clock,
    onLog: ({ text }) => lines.push(text),
    onEvent: () => undefined,
  });
  onTestFinished(async () => {
    await runtime.drain(0);
    await runtime.stop();
    await store.stop();
  });

  await clock.pass(59_999);
  const early = [...lines];
  await clock.pass(1);
  await expect.poll(() => lines, { timeout: 10_000 }).toHaveLength(1);
  await clock.pass(60_000);
  await expect.poll(() => lines, { timeout: 10_000 }).toHaveLength(2);

  expect(early).toEqual([]);
  expect(lines).toEqual(['{"tick":true}', '{"tick":true}']);
});
