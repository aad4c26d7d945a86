import { setTimeout as pause } from "node:timers/promises";
import { SendMessageCommand, SQSClient } from "@aws-sdk/client-sqs";
import { WORKER_VARIABLES } from "../../lib/core/environment.ts";
import { seededRandom } from "../../lib/local/faults/seeded-random.ts";
import { clientOptions } from "../support/client-options.ts";
import type { ChaosSystem } from "./chaos-system.ts";

/** Makes messages that are no jobs: not JSON, of another type, with an id that nobody issued, of another version. */
export const malformedBodies = (count: number, seed: number, types: readonly string[]): readonly string[] => {
  const random = seededRandom(seed);
  const head = { version: 1, submittedAt: "2026-01-01T00:00:00.000Z", input: {} };
  return Array.from({ length: count }, (_, index) => {
    const type = types[Math.floor(random() * types.length)] ?? "";
    const made = [
      `not a job ${index}`,
      JSON.stringify({ ...head, type: "another-type", id: `another-type_r${index}` }),
      JSON.stringify({ ...head, type, id: `${type}_r${String(index).padStart(31, "0")}` }),
      JSON.stringify({ ...head, version: 2, type, index }),
    ];
    return made[index % made.length] ?? "";
  });
};

const PAUSE_MS = 250;

/**
 * Sends messages past the API, right to the queues, spread over the load.
 *
 * The sender is no function: it meets no fault but the system's death, after which it sends again.
 *
 * @param progress of the load, from 0 to 1
 */
export const spoilQueues = async (
  system: ChaosSystem,
  bodies: readonly string[],
  progress: () => number,
  signal: AbortSignal,
): Promise<void> => {
  const client = new SQSClient(clientOptions(system.awsUrl));
  let sent = 0;
  while (sent < bodies.length && !signal.aborted) {
    const worker = system.workers[sent % system.workers.length];
    const QueueUrl = worker?.variables[WORKER_VARIABLES.queueUrl];
    const isDue = sent < progress() * bodies.length;
    const MessageBody = bodies[sent];
    if (isDue && (await isSent(client, new SendMessageCommand({ QueueUrl, MessageBody })))) sent += 1;
    else await pause(PAUSE_MS);
  }
  client.destroy();
};

const isSent = async (client: SQSClient, command: SendMessageCommand): Promise<boolean> => {
  try {
    await client.send(command);
    return true;
  } catch {
    return false;
  }
};
