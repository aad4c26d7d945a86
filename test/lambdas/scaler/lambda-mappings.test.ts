import { describe, expect, it } from "vitest";
import { lambdaMappings } from "../../../lambdas/scaler/lambda-mappings.ts";
import { type LambdaAnswer, scriptedLambda } from "../../support/scripted-lambda.ts";

const QUEUE = "arn:aws:sqs:us-east-1:123456789012:work";
const signal = new AbortController().signal;
const LIST = `GET event-source-mappings ?EventSourceArn=${QUEUE}`;

const mapping = (changes: object = {}) => ({
  UUID: "id-1",
  FunctionArn: "arn:of-function",
  EventSourceArn: QUEUE,
  State: "Enabled",
  ...changes,
});

const listed = (...found: readonly object[]): LambdaAnswer => ({ body: { EventSourceMappings: found } });

describe("finding a queue's mapping", () => {
  it("searches by the queue once, and then asks for the mapping itself", async () => {
    const { client, calls } = await scriptedLambda(({ call }) =>
      call === LIST ? listed(mapping()) : { body: mapping({ ScalingConfig: { MaximumConcurrency: 7 } }) },
    );
    const mappings = lambdaMappings(client);

    const first = await mappings.find(QUEUE, signal);
    const second = await mappings.find(QUEUE, signal);

    expect(first).toEqual({
      id: "id-1",
      functionArn: "arn:of-function",
      limit: undefined,
      isEnabled: true,
      isChanging: false,
      pollers: undefined,
    });
    expect(second?.limit).toBe(7);
    expect(calls.map(({ call }) => call)).toEqual([LIST, "GET event-source-mappings/id-1"]);
  });

  it.each([
    { State: "Enabled", isEnabled: true, isChanging: false },
    { State: "Disabled", isEnabled: false, isChanging: false },
    { State: "Enabling", isEnabled: true, isChanging: true },
    { State: "Disabling", isEnabled: false, isChanging: true },
    { State: "Updating", isEnabled: undefined, isChanging: true },
    { State: "Creating", isEnabled: undefined, isChanging: true },
  ])("reads the state $State", async ({ State, ...expected }) => {
    const { client } = await scriptedLambda(() => listed(mapping({ State })));

    expect(await lambdaMappings(client).find(QUEUE, signal)).toMatchObject(expected);
  });

  it("reads paid pollers", async () => {
    const ProvisionedPollerConfig = { MinimumPollers: 2, MaximumPollers: 9 };
    const { client } = await scriptedLambda(() => listed(mapping({ ProvisionedPollerConfig })));

    expect((await lambdaMappings(client).find(QUEUE, signal))?.pollers).toEqual({ min: 2, max: 9 });
  });

  it("passes over a mapping that is being deleted, and goes on to the next page", async () => {
    const { client, calls } = await scriptedLambda((_, index) =>
      index === 0
        ? { body: { EventSourceMappings: [mapping({ State: "Deleting" })], NextMarker: "more" } }
        : listed(mapping({ UUID: "id-2" })),
    );

    expect((await lambdaMappings(client).find(QUEUE, signal))?.id).toBe("id-2");
    expect(calls[1]?.call).toContain("Marker=more");
  });

  it("finds none where no mapping reads the queue", async () => {
    const { client } = await scriptedLambda(() => listed());

    expect(await lambdaMappings(client).find(QUEUE, signal)).toBeUndefined();
  });

  it("searches again where the mapping is gone: a deployment has made a new one", async () => {
    const { client, calls } = await scriptedLambda(({ call }, index) => {
      if (call === LIST) return listed(mapping({ UUID: index === 0 ? "old" : "new" }));
      return call.endsWith("old") ? { status: 404, error: "ResourceNotFoundException" } : { body: mapping() };
    });
    const mappings = lambdaMappings(client);
    await mappings.find(QUEUE, signal);

    expect((await mappings.find(QUEUE, signal))?.id).toBe("new");
    expect(calls).toHaveLength(3);
  });

  it("throws what it cannot read", async () => {
    const { client } = await scriptedLambda(() => ({ status: 403, error: "AccessDeniedException" }));

    await expect(lambdaMappings(client).find(QUEUE, signal)).rejects.toThrow("AccessDeniedException");
  });
});

describe("changing a mapping", () => {
  it.each([
    { change: { limit: 20 }, sent: { ScalingConfig: { MaximumConcurrency: 20 } } },
    { change: { limit: null }, sent: { ScalingConfig: {} } },
    { change: { isEnabled: false }, sent: { Enabled: false } },
    { change: { isEnabled: true, limit: 2 }, sent: { Enabled: true, ScalingConfig: { MaximumConcurrency: 2 } } },
    {
      change: { pollers: { min: 3, max: 8 } },
      sent: { ProvisionedPollerConfig: { MinimumPollers: 3, MaximumPollers: 8 } },
    },
  ])("sends $sent, and nothing of what stays as it is", async ({ change, sent }) => {
    const { client, calls } = await scriptedLambda(() => ({ status: 202, body: mapping({ State: "Updating" }) }));

    expect(await lambdaMappings(client).change("id-1", change, signal)).toBe("changed");
    expect(calls).toEqual([{ call: "PUT event-source-mappings/id-1", body: sent }]);
  });

  it.each([
    { status: 400, error: "ResourceInUseException", end: "busy" },
    { status: 409, error: "ResourceConflictException", end: "busy" },
    { status: 429, error: "TooManyRequestsException", end: "throttled" },
    { status: 404, error: "ResourceNotFoundException", end: "missing" },
  ])("takes $error for $end", async ({ end, ...answer }) => {
    const { client } = await scriptedLambda(() => answer);

    expect(await lambdaMappings(client).change("id-1", { limit: 20 }, signal)).toBe(end);
  });

  it("tries again where Lambda is asked too often, and gives up after a few times", async () => {
    const answers = [429, 429, 202, 429, 429, 429, 429];
    const { client, calls } = await scriptedLambda(
      (_, index) =>
        answers[index] === 202 ? { status: 202, body: mapping() } : { status: 429, error: "TooManyRequestsException" },
      { attempts: 3 },
    );
    const mappings = lambdaMappings(client);

    expect(await mappings.change("id-1", { limit: 20 }, signal)).toBe("changed");
    expect(calls).toHaveLength(3);
    expect(await mappings.change("id-1", { limit: 20 }, signal)).toBe("throttled");
    expect(calls).toHaveLength(6);
  });

  it("throws where the change itself is wrong", async () => {
    const { client } = await scriptedLambda(() => ({ status: 400, error: "InvalidParameterValueException" }));

    await expect(lambdaMappings(client).change("id-1", { limit: 20 }, signal)).rejects.toThrow(
      "InvalidParameterValueException",
    );
  });

  it("searches for the queue's mapping again after the one it knew was gone", async () => {
    const { client, calls } = await scriptedLambda(({ call }) =>
      call === LIST ? listed(mapping()) : { status: 404, error: "ResourceNotFoundException" },
    );
    const mappings = lambdaMappings(client);
    await mappings.find(QUEUE, signal);
    await mappings.change("id-1", { limit: 20 }, signal);

    await mappings.find(QUEUE, signal);

    expect(calls.map(({ call }) => call)).toEqual([LIST, "PUT event-source-mappings/id-1", LIST]);
  });
});
