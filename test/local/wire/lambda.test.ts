import {
  CreateEventSourceMappingCommand,
  type EventSourceMappingConfiguration,
  GetAccountSettingsCommand,
  GetEventSourceMappingCommand,
  InvalidParameterValueException,
  InvokeCommand,
  type InvokeCommandInput,
  LambdaClient,
  ListEventSourceMappingsCommand,
  type ListEventSourceMappingsCommandInput,
  ResourceInUseException,
  ResourceNotFoundException,
  TooManyRequestsException,
  UpdateEventSourceMappingCommand,
  type UpdateEventSourceMappingCommandInput,
} from "@aws-sdk/client-lambda";
import { afterAll, beforeAll, beforeEach, describe, expect, it } from "vitest";
import { ControlledMapping } from "../../../lib/local/controlled-mapping.ts";
import { answerLambdaCall } from "../../../lib/local/lambda/lambda-api.ts";
import type { InvocationResult } from "../../../lib/local/lambda/result.ts";
import { type Store, startStore } from "../../../lib/local/wire/store.ts";
import type { FunctionSettings, MappingSettings } from "../../../lib/local/world.ts";
import { clientOptions } from "../../support/client-options.ts";
import { type FakeClock, fakeClock } from "../../support/fake-clock.ts";

const UPDATE_MS = 10_000;
const QUEUES = "arn:aws:sqs:us-east-1:000000000000:";
const FUNCTIONS = "arn:aws:lambda:us-east-1:000000000000:function:";

const functionOf = (name: string, reservedConcurrency?: number): FunctionSettings => ({
  name,
  arn: `${FUNCTIONS}${name}`,
  logicalId: name,
  handler: "index.handler",
  codeFolder: "",
  handlerUrl: "",
  handlerName: "handler",
  memoryMiB: 128,
  timeoutSeconds: 30,
  variables: {},
  reservedConcurrency,
  logGroupName: "",
});

const mappingOf = (id: string, functionName: string, more: Partial<MappingSettings> = {}): MappingSettings => ({
  id,
  queue: { name: functionName, visibilityTimeoutSeconds: 60 },
  queueArn: `${QUEUES}${functionName}`,
  functionName,
  isEnabled: true,
  batchSize: 10,
  batchWindowSeconds: 0,
  reportsItemFailures: true,
  maximumConcurrency: undefined,
  provisioned: undefined,
  ...more,
});

let store: Store;
let lambda: LambdaClient;
let clock: FakeClock;
let answer: InvocationResult;
let invoked: { readonly functionName: string; readonly payload: string }[];
let sent: typeof invoked;

beforeAll(async () => {
  store = await startStore(0, (error) => {
    throw error;
  });
  lambda = new LambdaClient({ ...clientOptions(store.url), maxAttempts: 1 });
});

afterAll(async () => {
  lambda.destroy();
  await store.stop();
});

beforeEach(() => {
  clock = fakeClock(Date.parse("2026-11-22T10:00:00.250Z"));
  invoked = [];
  sent = [];
  answer = { kind: "succeeded", payload: '{"probe":"up"}' };
  const settings = [
    mappingOf("one", "worker", { maximumConcurrency: 40 }),
    mappingOf("two", "other", { provisioned: { minimumPollers: 2, maximumPollers: 20 } }),
    mappingOf("off", "third", { isEnabled: false }),
  ];
  store.answerLambdaBy(
    answerLambdaCall({
      functions: [functionOf("worker"), functionOf("other", 30), functionOf("third", 5)],
      mappings: settings.map(
        (one) =>
          new ControlledMapping({ mapping: { settings: one, change: () => undefined }, updateMs: UPDATE_MS, clock }),
      ),
      accountConcurrency: 100,
      invoke: async (functionName, payload) => {
        invoked.push({ functionName, payload });
        return answer;
      },
      send: (functionName, payload) => void sent.push({ functionName, payload }),
    }),
  );
});

const get = (UUID: string): Promise<EventSourceMappingConfiguration> =>
  lambda.send(new GetEventSourceMappingCommand({ UUID }));

const update = (
  UUID: string,
  change: Omit<UpdateEventSourceMappingCommandInput, "UUID">,
): Promise<EventSourceMappingConfiguration> => lambda.send(new UpdateEventSourceMappingCommand({ UUID, ...change }));

const idsOf = (mappings: readonly EventSourceMappingConfiguration[] | undefined): unknown =>
  mappings?.map(({ UUID }) => UUID);

describe("GetEventSourceMapping", () => {
  it("shows a mapping as Lambda does", async () => {
    const { $metadata, ...mapping } = (await get("one")) as EventSourceMappingConfiguration & { $metadata: unknown };

    expect(mapping).toEqual({
      UUID: "one",
      EventSourceMappingArn: "arn:aws:lambda:us-east-1:000000000000:event-source-mapping:one",
      EventSourceArn: `${QUEUES}worker`,
      FunctionArn: `${FUNCTIONS}worker`,
      BatchSize: 10,
      MaximumBatchingWindowInSeconds: 0,
      FunctionResponseTypes: ["ReportBatchItemFailures"],
      ScalingConfig: { MaximumConcurrency: 40 },
      LastModified: new Date("2026-11-22T10:00:00.250Z"),
      State: "Enabled",
      StateTransitionReason: "USER_INITIATED",
    });
    expect($metadata).toMatchObject({ httpStatusCode: 200, requestId: expect.stringMatching(/^[0-9a-f-]{36}$/) });
  });

  it("leaves out the scaling that a mapping does not have", async () => {
    const [two, off] = await Promise.all([get("two"), get("off")]);

    expect(two).toMatchObject({ ProvisionedPollerConfig: { MinimumPollers: 2, MaximumPollers: 20 } });
    expect(two).not.toHaveProperty("ScalingConfig");
    expect(off).toMatchObject({ State: "Disabled" });
    expect(off).not.toHaveProperty("ScalingConfig");
    expect(off).not.toHaveProperty("ProvisionedPollerConfig");
  });

  it("rejects an id that no mapping has", async () => {
    await expect(get("nobody")).rejects.toSatisfy(
      (error) => error instanceof ResourceNotFoundException && error.$metadata.httpStatusCode === 404,
    );
  });
});

describe("ListEventSourceMappings", () => {
  const list = (input: ListEventSourceMappingsCommandInput) => lambda.send(new ListEventSourceMappingsCommand(input));

  it.each([
    { by: {}, ids: ["one", "two", "off"] },
    { by: { EventSourceArn: `${QUEUES}other` }, ids: ["two"] },
    { by: { EventSourceArn: `${QUEUES}nobody` }, ids: [] },
    { by: { FunctionName: "worker" }, ids: ["one"] },
    { by: { FunctionName: `${FUNCTIONS}worker` }, ids: ["one"] },
    { by: { FunctionName: "000000000000:function:worker" }, ids: ["one"] },
    { by: { EventSourceArn: `${QUEUES}other`, FunctionName: "worker" }, ids: [] },
  ])("finds mappings by $by", async ({ by, ids }) => {
    const { EventSourceMappings, NextMarker } = await list(by);

    expect(idsOf(EventSourceMappings)).toEqual(ids);
    expect(NextMarker).toBeUndefined();
  });

  it("goes on where an earlier answer ended", async () => {
    const first = await list({ MaxItems: 2 });
    const second = await list({ MaxItems: 2, Marker: first.NextMarker });

    expect(idsOf(first.EventSourceMappings)).toEqual(["one", "two"]);
    expect(idsOf(second.EventSourceMappings)).toEqual(["off"]);
    expect(second.NextMarker).toBeUndefined();
  });

  it("rejects a function, a marker and a number of items that make no sense", async () => {
    await expect(list({ FunctionName: "nobody" })).rejects.toThrow(ResourceNotFoundException);
    await expect(list({ Marker: "nowhere" })).rejects.toThrow(InvalidParameterValueException);
    await expect(list({ MaxItems: 0 })).rejects.toThrow("MaxItems must be 1–10000, got 0");
  });
});

describe("UpdateEventSourceMapping", () => {
  it("sets a limit, at once in what it shows and a while later in the state", async () => {
    const answered = await update("one", { ScalingConfig: { MaximumConcurrency: 7 } });
    const early = await get("one");
    await clock.pass(UPDATE_MS);
    const late = await get("one");

    expect(answered).toMatchObject({ $metadata: { httpStatusCode: 202 } });
    expect([answered, early, late].map(({ State }) => State)).toEqual(["Updating", "Updating", "Enabled"]);
    expect([answered, early, late].map(({ ScalingConfig }) => ScalingConfig?.MaximumConcurrency)).toEqual([7, 7, 7]);
    expect(late.LastModified).toEqual(new Date("2026-11-22T10:00:10.250Z"));
  });

  it("removes a limit with {}", async () => {
    await update("one", { ScalingConfig: {} });

    expect((await get("one")).ScalingConfig).toBeUndefined();
  });

  it("disables and enables", async () => {
    const disabling = await update("one", { Enabled: false });
    await clock.pass(UPDATE_MS);
    const disabled = await get("one");
    const enabling = await update("one", { Enabled: true });
    await clock.pass(UPDATE_MS);
    const enabled = await get("one");

    expect([disabling, disabled, enabling, enabled].map(({ State }) => State)).toEqual([
      "Disabling",
      "Disabled",
      "Enabling",
      "Enabled",
    ]);
  });

  it("changes batches and pollers, and keeps what it does not name", async () => {
    await update("two", {
      BatchSize: 100,
      MaximumBatchingWindowInSeconds: 1,
      FunctionResponseTypes: [],
      ProvisionedPollerConfig: { MinimumPollers: 5 },
    });
    await clock.pass(UPDATE_MS);
    await update("two", { FunctionName: "other", Enabled: true });

    expect(await get("two")).toMatchObject({
      BatchSize: 100,
      MaximumBatchingWindowInSeconds: 1,
      FunctionResponseTypes: [],
      ProvisionedPollerConfig: { MinimumPollers: 5, MaximumPollers: 200 },
    });
  });

  it("replaces provisioned pollers by a limit where one call does both", async () => {
    await update("two", { ProvisionedPollerConfig: {}, ScalingConfig: { MaximumConcurrency: 9 } });

    const two = await get("two");
    expect(two).toMatchObject({ ScalingConfig: { MaximumConcurrency: 9 } });
    expect(two).not.toHaveProperty("ProvisionedPollerConfig");
  });

  it("rejects a change while another is under way, and takes it afterwards", async () => {
    await update("one", { ScalingConfig: { MaximumConcurrency: 7 } });
    await clock.pass(UPDATE_MS - 1);

    await expect(update("one", { Enabled: false })).rejects.toThrow(ResourceInUseException);
    await clock.pass(1);
    expect(await update("one", { Enabled: false })).toMatchObject({ State: "Disabling" });
  });

  it.each<{ id?: string; change: Omit<UpdateEventSourceMappingCommandInput, "UUID">; message: string }>([
    {
      change: { ScalingConfig: { MaximumConcurrency: 1 } },
      message: "ScalingConfig.MaximumConcurrency must be 2–1000, got 1",
    },
    {
      change: { ScalingConfig: { MaximumConcurrency: 1_001 } },
      message: "ScalingConfig.MaximumConcurrency must be 2–1000, got 1001",
    },
    {
      id: "two",
      change: { ScalingConfig: { MaximumConcurrency: 5 } },
      message: "ScalingConfig must stand without a ProvisionedPollerConfig, got both",
    },
    {
      change: { ProvisionedPollerConfig: { MinimumPollers: 2 } },
      message: "ScalingConfig must stand without a ProvisionedPollerConfig, got both",
    },
    {
      id: "two",
      change: { ProvisionedPollerConfig: { MinimumPollers: 1 } },
      message: "ProvisionedPollerConfig.MinimumPollers must be 2–200, got 1",
    },
    {
      id: "two",
      change: { ProvisionedPollerConfig: { MinimumPollers: 10, MaximumPollers: 9 } },
      message: "ProvisionedPollerConfig.MaximumPollers must be 10–2000, got 9",
    },
    { change: { BatchSize: 0 }, message: "BatchSize must be 1–10000, got 0" },
    {
      change: { BatchSize: 11 },
      message: "MaximumBatchingWindowInSeconds must be at least 1 for a BatchSize of 11, got 0",
    },
    {
      change: { MaximumBatchingWindowInSeconds: 301 },
      message: "MaximumBatchingWindowInSeconds must be 0–300, got 301",
    },
    { change: { FunctionName: "third" }, message: "a local run does not give a mapping another function, got" },
    {
      change: { MaximumRetryAttempts: 1 },
      message: "MaximumRetryAttempts is not supported here; BatchSize, Enabled, ",
    },
  ])("rejects $change, and changes nothing", async ({ id = "one", change, message }) => {
    const before = await get(id);

    const refused = update(id, change);

    await expect(refused).rejects.toThrow(message);
    await expect(refused).rejects.toThrow(InvalidParameterValueException);
    const { $metadata: _, ...after } = (await get(id)) as EventSourceMappingConfiguration & { $metadata: unknown };
    expect(before).toMatchObject(after);
  });

  it.each(["constructor", "toString", "__proto__"])("rejects %s as it does what it does not know", async (name) => {
    const response = await fetch(`${store.url}/2015-03-31/event-source-mappings/one`, {
      method: "PUT",
      headers: { authorization: "AWS4-HMAC-SHA256 Credential=a/20260101/us-east-1/lambda/aws4_request, Signature=b" },
      body: `{"${name}":{}}`,
    });

    expect(response.status).toBe(400);
    expect(await response.json()).toMatchObject({ message: expect.stringContaining(`${name} is not supported here`) });
  });

  it("rejects an id that no mapping has", async () => {
    await expect(update("nobody", { Enabled: false })).rejects.toThrow(ResourceNotFoundException);
  });
});

it("tells the account's concurrency, and what of it no function has for itself", async () => {
  expect(await lambda.send(new GetAccountSettingsCommand({}))).toMatchObject({
    AccountLimit: { ConcurrentExecutions: 100, UnreservedConcurrentExecutions: 65 },
    AccountUsage: { FunctionCount: 3 },
  });
});

describe("Invoke", () => {
  const invoke = (input: Partial<InvokeCommandInput> = {}) =>
    lambda.send(new InvokeCommand({ FunctionName: "worker", Payload: '{"probe":true}', ...input }));

  it.each(["worker", `${FUNCTIONS}worker`, "000000000000:function:worker", "worker:$LATEST"])(
    "runs the function %s and waits for its answer",
    async (FunctionName) => {
      const { StatusCode, ExecutedVersion, FunctionError, Payload } = await invoke({ FunctionName });

      expect(invoked).toEqual([{ functionName: "worker", payload: '{"probe":true}' }]);
      expect(Payload?.transformToString()).toBe('{"probe":"up"}');
      expect([StatusCode, ExecutedVersion, FunctionError]).toEqual([200, "$LATEST", undefined]);
    },
  );

  it("gives a function without a payload an empty object", async () => {
    await invoke({ Payload: undefined });

    expect(invoked).toEqual([{ functionName: "worker", payload: "{}" }]);
  });

  it("tells a function's error as an answer of its own kind", async () => {
    answer = { kind: "failed", error: { errorType: "Error", errorMessage: "boom", trace: ["Error: boom"] } };

    const { StatusCode, FunctionError, Payload } = await invoke();

    expect([StatusCode, FunctionError]).toEqual([200, "Unhandled"]);
    expect(JSON.parse(Payload?.transformToString() ?? "")).toEqual({
      errorType: "Error",
      errorMessage: "boom",
      trace: ["Error: boom"],
    });
  });

  it.each([
    { FunctionName: "worker", Reason: "ConcurrentInvocationLimitExceeded" },
    { FunctionName: "other", Reason: "ReservedFunctionConcurrentInvocationLimitExceeded" },
  ])("rejects what finds no concurrency: $Reason", async ({ FunctionName, Reason }) => {
    answer = { kind: "throttled" };

    const refused = invoke({ FunctionName });

    await expect(refused).rejects.toThrow(TooManyRequestsException);
    await expect(refused).rejects.toMatchObject({ Reason, $metadata: { httpStatusCode: 429 } });
  });

  it("takes an event without waiting for anything", async () => {
    const { StatusCode } = await invoke({ InvocationType: "Event" });

    expect(StatusCode).toBe(202);
    expect(sent).toEqual([{ functionName: "worker", payload: '{"probe":true}' }]);
    expect(invoked).toEqual([]);
  });

  it("runs nothing for a dry run", async () => {
    expect((await invoke({ InvocationType: "DryRun" })).StatusCode).toBe(204);
    expect([...invoked, ...sent]).toEqual([]);
  });

  it.each<{ what: string; input: Partial<InvokeCommandInput>; name: string; message: string }>([
    {
      what: "an unknown function",
      input: { FunctionName: "nobody" },
      name: "ResourceNotFoundException",
      message: `Function not found: ${FUNCTIONS}nobody`,
    },
    {
      what: "a version that is not there",
      input: { Qualifier: "7" },
      name: "ResourceNotFoundException",
      message: `Function not found: ${FUNCTIONS}worker:7`,
    },
    {
      what: "what is no JSON",
      input: { Payload: "{" },
      name: "InvalidRequestContentException",
      message: "Could not parse request body into json",
    },
    {
      what: "an event over 1 MB",
      input: { InvocationType: "Event", Payload: JSON.stringify("x".repeat(1_048_576)) },
      name: "RequestTooLargeException",
      message: "Request must be smaller than 1048576 bytes",
    },
    {
      what: "a payload over 6 MB",
      input: { Payload: JSON.stringify("x".repeat(9_000_000)) },
      name: "RequestTooLargeException",
      message: "Request must be smaller than 6291456 bytes",
    },
    {
      what: "a wish for logs",
      input: { LogType: "Tail" },
      name: "InvalidParameterValueException",
      message: "a local run does not support LogType Tail of Invoke",
    },
    {
      what: "a client context",
      input: { ClientContext: "e30=" },
      name: "InvalidParameterValueException",
      message: "a local run does not support ClientContext of Invoke",
    },
  ])("rejects $what", async ({ input, name, message }) => {
    const refused = invoke(input);

    await expect(refused).rejects.toMatchObject({ name });
    await expect(refused).rejects.toThrow(message);
    expect([...invoked, ...sent]).toEqual([]);
  });
});

describe("Lambda on the wire", () => {
  it("rejects operations that it does not have, and names those that it has", async () => {
    const command = new CreateEventSourceMappingCommand({ FunctionName: "worker" });

    await expect(lambda.send(command)).rejects.toMatchObject({
      name: "UnknownOperationException",
      message: expect.stringMatching(
        /^a local run does not support POST \/2015-03-31\/event-source-mappings of Lambda; it supports .*UpdateEventSource/,
      ),
    });
  });

  it("rejects calls that are not signed for Lambda: a page in a browser could send those", async () => {
    const response = await fetch(`${store.url}/2015-03-31/functions/worker/invocations`, {
      method: "POST",
      body: "{}",
    });

    expect(response.status).toBe(400);
    expect(invoked).toEqual([]);
  });

  it("takes paths with a slash at their end, as older clients write them", async () => {
    const authorization = "AWS4-HMAC-SHA256 Credential=test/20261122/us-east-1/lambda/aws4_request, Signature=0";
    const ask = async (path: string): Promise<number> =>
      (await fetch(`${store.url}${path}`, { headers: { authorization } })).status;

    expect(await ask("/2015-03-31/event-source-mappings/")).toBe(200);
    expect(await ask("/2016-08-19/account-settings/")).toBe(200);
  });

  it("tells a client to come again before the run is ready", async () => {
    const early = await startStore(0, (error) => {
      throw error;
    });
    const client = new LambdaClient({ ...clientOptions(early.url), maxAttempts: 1 });

    const asked = client.send(new GetAccountSettingsCommand({}));

    await expect(asked).rejects.toMatchObject({ name: "ServiceException", $metadata: { httpStatusCode: 500 } });
    client.destroy();
    await early.stop();
  });
});
