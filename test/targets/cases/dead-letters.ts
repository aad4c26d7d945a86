import assert from "node:assert/strict";
import { ReceiveMessageCommand, SendMessageCommand } from "@aws-sdk/client-sqs";
import { DEAD_LETTER_ATTRIBUTES } from "../../../lib/core/dead-letter.ts";
import type { CaseContext, PlayCase } from "../case.ts";
import { deleteDeadLetters } from "../delete-dead-letters.ts";
import { waitUntil } from "../wait-until.ts";

const TYPE = "profile-csv";

type DeadLetter = { readonly messageId: string; readonly reason: string; readonly body: string };

/** Sends a message past the API. */
const sendRaw = async ({ target, made, signal }: CaseContext, body: string): Promise<void> => {
  made.deadLetters.set(body, TYPE);
  const command = new SendMessageCommand({ QueueUrl: target.queues[TYPE]?.queueUrl, MessageBody: body });
  await target.sqs.send(command, { abortSignal: signal });
};

/** Lists dead letters until one has the body, and is not the one that is known already. */
const listedOnce = async ({ api, target, signal }: CaseContext, body: string, known?: string): Promise<DeadLetter> => {
  const found = (messages: readonly DeadLetter[]): DeadLetter | undefined =>
    messages.find((message) => message.body === body && message.messageId !== known);
  const list = await waitUntil(
    `the dead letters list ${body}`,
    async () =>
      ((await api.get(`/queues/${TYPE}/dead-letters?limit=100`)).body.messages ?? []) as readonly DeadLetter[],
    (messages) => found(messages) !== undefined,
    { signal, everyMs: 5 * target.pollMs },
  );
  const message = found(list);
  assert.ok(message !== undefined);
  return message;
};

const clear = async (context: CaseContext, bodies: readonly string[]): Promise<number> => {
  const deleted = await deleteDeadLetters(context.target, TYPE, bodies, context.signal);
  for (const body of bodies) context.made.deadLetters.delete(body);
  return deleted;
};

/** A message that is no job is put aside, and the API and SQS itself say why. */
export const deadLettersWhatIsNoJob: PlayCase = async (context) => {
  const { tenant, target, signal } = context;
  const expected = new Map([
    [`no job, ${tenant}`, "the body is not JSON"],
    [JSON.stringify({ version: 2, of: tenant }), "version must be 1, got 2"],
  ]);
  for (const body of expected.keys()) await sendRaw(context, body);

  for (const [body, reason] of expected) assert.equal((await listedOnce(context, body)).reason, reason);

  const reasons = new Map<string, string | undefined>();
  const receive = async (): Promise<ReadonlyMap<string, string | undefined>> => {
    const { Messages = [] } = await target.sqs.send(
      new ReceiveMessageCommand({
        QueueUrl: target.queues[TYPE]?.deadLetterQueueUrl,
        MaxNumberOfMessages: 10,
        WaitTimeSeconds: 1,
        // Short, so that the messages can be received again to be deleted.
        VisibilityTimeout: 1,
        MessageAttributeNames: ["All"],
      }),
      { abortSignal: signal },
    );
    for (const { Body = "", MessageAttributes } of Messages) {
      if (expected.has(Body)) reasons.set(Body, MessageAttributes?.[DEAD_LETTER_ATTRIBUTES.reason]?.StringValue);
    }
    return reasons;
  };
  await waitUntil("SQS has both dead letters", receive, ({ size }) => size === expected.size, {
    signal,
    everyMs: target.pollMs,
  });
  assert.deepEqual(reasons, expected, "the messages must carry their reasons");
  assert.equal(await clear(context, [...expected.keys()]), expected.size);
};

/** What is moved back goes through the queue again: what is still no job returns. */
export const movesDeadLettersBack: PlayCase = async (context) => {
  const { api, tenant } = context;
  const body = `no job, to be moved, ${tenant}`;
  await sendRaw(context, body);
  const first = await listedOnce(context, body);

  const moved = await api.post(`/queues/${TYPE}/dead-letters/redrive`, { messageIds: [first.messageId] });
  const second = await listedOnce(context, body, first.messageId);

  assert.equal(moved.status, 202, JSON.stringify(moved.body));
  assert.deepEqual(moved.body, { moved: [first.messageId], kept: [] });
  assert.equal(second.reason, "the body is not JSON");
  assert.equal(await clear(context, [body]), 1, "it must be there once");
};
