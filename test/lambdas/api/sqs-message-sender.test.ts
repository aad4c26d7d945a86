import { describe, expect, it } from "vitest";
import type { OutgoingMessage } from "../../../lambdas/api/api.ts";
import { sqsMessageSender } from "../../../lambdas/api/sqs-message-sender.ts";
import { fakeClock } from "../../support/fake-clock.ts";
import { type SqsAnswer, type SqsCall, scriptedSqs } from "../../support/scripted-sqs.ts";

const QUEUE_URL = "http://sqs.invalid/000000000000/jobs";
const messages = (count: number, body = "job"): readonly OutgoingMessage[] =>
  Array.from({ length: count }, (_, index) => ({ body: `${body} ${index}` }));

const failed = (entry: { readonly Id: string } | undefined, code = "InternalError", isOurs = false) => ({
  body: { Failed: [{ Id: entry?.Id, Code: code, Message: "not now", SenderFault: isOurs }] },
});

/** Sends, and lets time pass until that is done. @param fraction of the dice */
const sending = async (
  answer: (call: SqsCall, index: number) => SqsAnswer,
  sent: readonly OutgoingMessage[],
  fraction = 0.5,
) => {
  const { client, calls } = scriptedSqs(answer);
  const clock = fakeClock();
  const startMs = clock.nowMs();
  const timers: number[] = [];
  const after = (ms: number, call: () => void) => {
    timers.push(ms);
    return clock.after(ms, call);
  };
  const dice = { fraction: () => fraction, bytes: () => new Uint8Array() };
  const sender = sqsMessageSender(client, { clock: { ...clock, after }, dice });
  let failures: readonly (string | undefined)[] | undefined;
  const running = sender.send(QUEUE_URL, sent).then((result) => {
    failures = result;
  });
  while (failures === undefined) await clock.pass(10);
  await running;
  const [end, ...waits] = timers;
  return { failures, calls, end, waits, tookMs: clock.nowMs() - startMs, waiting: clock.waiting() };
};

const countsOf = (calls: readonly SqsCall[]): readonly number[] => calls.map(({ Entries }) => Entries.length);

describe("sending messages", () => {
  it("takes one call for ten, and leaves no timer behind", async () => {
    const { failures, calls, waiting } = await sending(() => ({}), messages(10));

    expect(failures).toEqual(Array.from({ length: 10 }, () => undefined));
    expect(countsOf(calls)).toEqual([10]);
    expect(waiting).toBe(0);
  });

  it("writes delay, tenant and attributes", async () => {
    const attributes = {
      trace: { dataType: "String", stringValue: "abc" },
      raw: { dataType: "Binary", binaryValue: Buffer.from("hi") },
    };

    const { calls } = await sending(() => ({}), [{ body: "job", delaySeconds: 5, tenant: "acme", attributes }]);

    expect(calls[0]?.Entries).toEqual([
      {
        Id: "0",
        MessageBody: "job",
        DelaySeconds: 5,
        MessageGroupId: "acme",
        MessageAttributes: {
          trace: { DataType: "String", StringValue: "abc" },
          raw: { DataType: "Binary", BinaryValue: "aGk=" },
        },
      },
    ]);
  });

  it("sends again just what a call left out", async () => {
    const { failures, calls } = await sending(
      (call, index) => (index === 0 ? failed(call.Entries[1]) : {}),
      messages(3),
    );

    expect(failures).toEqual([undefined, undefined, undefined]);
    expect(calls.map(({ Entries }) => Entries.map(({ MessageBody }) => MessageBody))).toEqual([
      ["job 0", "job 1", "job 2"],
      ["job 1"],
    ]);
  });

  it("waits twice as long each time, by as much of it as the dice say, then says what SQS said", async () => {
    const { failures, waits } = await sending((call) => failed(call.Entries[0]), messages(1), 0.25);

    expect(waits).toEqual([25, 50, 100, 200]);
    expect(failures).toEqual(["InternalError: not now"]);
  });

  it("sends a message that is itself at fault no second time", async () => {
    const { failures, calls } = await sending(
      (call) => failed(call.Entries[0], "InvalidMessageContents", true),
      messages(2),
    );

    expect(failures).toEqual(["InvalidMessageContents: not now", undefined]);
    expect(calls).toHaveLength(1);
  });

  it("sends again what a failed call held, and what was throttled", async () => {
    const answers: readonly SqsAnswer[] = [
      { status: 500, type: "InternalError" },
      { status: 400, type: "RequestThrottled" },
      {},
    ];

    const { failures, calls } = await sending((_, index) => answers[index] ?? {}, messages(2));

    expect(failures).toEqual([undefined, undefined]);
    expect(countsOf(calls)).toEqual([2, 2, 2]);
  });

  it("gives up at once where SQS forbids it", async () => {
    const { failures, calls } = await sending(() => ({ status: 400, type: "QueueDoesNotExist" }), messages(2));

    expect(failures).toEqual(["QueueDoesNotExist: said SQS", "QueueDoesNotExist: said SQS"]);
    expect(calls).toHaveLength(1);
  });

  it("ends after five seconds although SQS never answers, and accounts for all 500", async () => {
    const { failures, end, tookMs } = await sending(() => "silence", messages(500));

    expect(failures).toEqual(Array.from({ length: 500 }, () => "SQS did not answer within 5000 ms"));
    expect(end).toBe(5_000);
    expect(tookMs).toBeLessThan(5_100);
  });

  it("loses none of the others where one of many calls fails", async () => {
    const { failures } = await sending(
      (call) => (call.Entries.some(({ Id }) => Id === "42") ? { status: 400, type: "InvalidAddress" } : {}),
      messages(100),
    );

    const lost = failures.flatMap((failure, index) => (failure === undefined ? [] : [index]));
    expect(lost).toEqual([40, 41, 42, 43, 44, 45, 46, 47, 48, 49]);
  });
});
