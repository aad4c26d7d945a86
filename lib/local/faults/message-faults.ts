import { randomUUID } from "node:crypto";
import type { Clock } from "../clock.ts";
import type { QueueMessage } from "../wire/messages.ts";
import type { Sqs } from "../wire/sqs.ts";
import type { FaultDraws } from "./fault-draws.ts";
import type { MessageFault } from "./fault-plan.ts";

export type MessageFaultsOptions = {
  readonly faults: readonly MessageFault[];
  readonly draws: FaultDraws;
  readonly clock: Clock;
};

/** Disturbs messages that event source mappings receive. */
export class MessageFaults {
  readonly #options: MessageFaultsOptions;
  /** Copies that wait for a receive, by queue. */
  readonly #copies = new Map<string, QueueMessage[]>();

  constructor(options: MessageFaultsOptions) {
    this.#options = options;
  }

  /** Receives copies where there are some, or messages as they come. */
  async receive(sqs: Sqs, queueName: string, maxMessages: number, waitMs: number): Promise<readonly QueueMessage[]> {
    const copies = this.#copies.get(queueName)?.splice(0, maxMessages) ?? [];
    if (copies.length > 0) return copies;
    const messages = await sqs.receive(queueName, maxMessages, waitMs);
    const { faults, draws, clock } = this.#options;
    for (const message of messages) {
      const fault = draws.draw(faults);
      if (fault === undefined || !new RegExp(fault.bodyMatches ?? "").test(message.body)) continue;
      clock.after(draws.between(0, fault.withinMs), () => this.#happen(fault, sqs, queueName, message));
    }
    return messages;
  }

  #happen(fault: MessageFault, sqs: Sqs, queueName: string, message: QueueMessage): void {
    const queue = sqs.queueOf(queueName);
    const received = queue.inflightMessages.get(message.receiptHandle);
    // It was deleted or given back meanwhile: there is nothing to disturb.
    if (received === undefined) return;
    this.#options.draws.report(fault, queueName);
    if (fault.does === "reappear") queue.changeVisibility(message.receiptHandle, 0);
    else {
      // As where one of SQS's servers has not heard of the receive: each copy must be deleted for itself.
      const receiptHandle = randomUUID();
      queue.inflightMessages.set(receiptHandle, { ...received, receiptHandle });
      this.#copies.set(queueName, [...(this.#copies.get(queueName) ?? []), { ...message, receiptHandle }]);
      sqs.wake();
    }
  }
}
