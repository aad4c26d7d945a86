import { LAMBDA_MAX_PAYLOAD_BYTES, SQS_MAX_BATCH_ENTRIES, SQS_MAX_WAIT_SECONDS } from "../core/limits.ts";
import { type EsmState, invocationsAllowed, startEsm, stepEsm } from "../core/scaling/esm.ts";
import { readBatchResponse } from "./batch-response.ts";
import { type Cancel, type Clock, every } from "./clock.ts";
import type { LocalEventBody } from "./events.ts";
import type { InvocationResult } from "./lambda/result.ts";
import { type SqsBatch, sqsBatches } from "./sqs-event.ts";
import type { QueueMessage } from "./wire/messages.ts";
import type { Store } from "./wire/store.ts";
import type { MappingSettings } from "./world.ts";

export type EventSourceMappingOptions = {
  readonly settings: MappingSettings;
  readonly store: Pick<Store, "receive" | "remove">;
  /** Ends the queue's receives that wait: they answer with what there is. */
  readonly wake: () => void;
  readonly invoke: (payload: string) => Promise<InvocationResult>;
  readonly clock: Clock;
  readonly onEvent: (event: LocalEventBody) => void;
};

const STEP_MS = 200;
/** Receives that wait at one time. A receive that finds messages makes room for the next at once, so few are enough. */
const MOST_RECEIVING = 5;
const THROTTLED_RETRY_MS = { first: 100, most: 5_000 } as const;
const FAILED_RECEIVE_MS = 1_000;

/** Hands a queue's messages to a function, in batches, by as many invocations at once as AWS's scaling allows. */
export class EventSourceMapping {
  readonly #options: EventSourceMappingOptions;
  readonly #work = new Set<Promise<void>>();
  readonly #sleepers = new Set<() => void>();
  #settings: MappingSettings;
  #state: EsmState;
  #steppedMs = 0;
  #isPolling = false;
  #isEnding = false;
  #cancelSteps: Cancel = () => undefined;
  #receiving = 0;
  /** Batches that were received and are not done with. */
  #batches = 0;
  #running = 0;
  #seen = NOTHING_SEEN;

  constructor(options: EventSourceMappingOptions) {
    this.#settings = options.settings;
    this.#options = options;
    this.#state = startEsm(options.settings);
  }

  /** What is in effect now. */
  get settings(): MappingSettings {
    return this.#settings;
  }

  /** Starts to poll, unless the mapping is disabled. */
  start(): void {
    if (!this.settings.isEnabled) return;
    this.#isPolling = true;
    this.#steppedMs = this.#options.clock.nowMs();
    this.#cancelSteps = every(this.#options.clock, STEP_MS, () => this.#step());
    this.#fill();
  }

  /** Goes on with other settings. Disabled, it receives no more; enabled again, it starts as a new mapping does. */
  change(settings: MappingSettings): void {
    const before = this.allowed;
    const wasPolling = this.#isPolling;
    this.#settings = settings;
    if (this.#isEnding) return;
    if (!settings.isEnabled) this.#pause();
    else if (wasPolling) this.#advance();
    else {
      this.#state = startEsm(settings);
      this.#seen = NOTHING_SEEN;
      this.start();
    }
    this.#tellOfChange(before);
    this.#fill();
  }

  /** Ends for good: starts no more receives; what is received is handed over once, but not again where it is throttled. */
  stopPolling(): void {
    this.#isEnding = true;
    this.#pause();
    for (const wake of this.#sleepers) wake();
  }

  /** Resolves when nothing is being received or run any more; only after {@link stopPolling}. */
  async drained(): Promise<void> {
    while (this.#work.size > 0) await Promise.all(this.#work);
  }

  /** Invocations that may run at once. */
  get allowed(): number {
    return this.settings.isEnabled ? invocationsAllowed(this.#state) : 0;
  }

  /** Invocations that run. */
  get running(): number {
    return this.#running;
  }

  #pause(): void {
    this.#isPolling = false;
    this.#cancelSteps();
    this.#options.wake();
  }

  #step(): void {
    const before = this.allowed;
    this.#advance();
    this.#tellOfChange(before);
    this.#fill();
  }

  #advance(): void {
    const nowMs = this.#options.clock.nowMs();
    this.#state = stepEsm(this.settings, this.#state, { ...this.#seen, elapsedMs: nowMs - this.#steppedMs });
    this.#steppedMs = nowMs;
    this.#seen = { ...NOTHING_SEEN, peakInFlight: this.#running };
  }

  #tellOfChange(before: number): void {
    const { allowed } = this;
    const { functionName, queue } = this.settings;
    if (allowed !== before)
      this.#options.onEvent({ kind: "mapping-scaled", functionName, queueName: queue.name, allowed });
  }

  #fill(): void {
    while (this.#isPolling && this.#receiving < MOST_RECEIVING && this.#receiving + this.#batches < this.allowed) {
      this.#track(this.#poll());
    }
  }

  #track(work: Promise<void>): void {
    this.#work.add(work);
    void work.finally(() => this.#work.delete(work));
  }

  async #poll(): Promise<void> {
    this.#receiving += 1;
    const messages = await this.#gather();
    const receivedMs = this.#options.clock.nowMs();
    this.#receiving -= 1;
    if (messages.length > 0) {
      this.#seen = { ...this.#seen, batchesFound: this.#seen.batchesFound + 1 };
      this.#batches += 1;
      this.#fill();
      for (const batch of sqsBatches(messages, this.settings.queueArn, LAMBDA_MAX_PAYLOAD_BYTES)) {
        await this.#handOver(batch, receivedMs);
      }
      this.#batches -= 1;
    }
    this.#fill();
  }

  /** Receives a batch: what one receive brings, or what comes until the window closes or the batch is full. */
  async #gather(): Promise<readonly QueueMessage[]> {
    const { clock } = this.#options;
    const { batchSize, batchWindowSeconds } = this.settings;
    const messages = [...(await this.#receive(batchSize, SQS_MAX_WAIT_SECONDS * 1_000))];
    const closesMs = clock.nowMs() + batchWindowSeconds * 1_000;
    while (messages.length > 0 && messages.length < batchSize && this.#isPolling) {
      const leftMs = closesMs - clock.nowMs();
      if (leftMs <= 0 || bytesOf(messages) >= LAMBDA_MAX_PAYLOAD_BYTES) break;
      messages.push(...(await this.#receive(batchSize - messages.length, leftMs)));
    }
    return messages;
  }

  async #receive(most: number, waitMs: number): Promise<readonly QueueMessage[]> {
    const longestMs = Math.min(waitMs, SQS_MAX_WAIT_SECONDS * 1_000);
    try {
      return await this.#options.store.receive(
        this.settings.queue.name,
        Math.min(most, SQS_MAX_BATCH_ENTRIES),
        longestMs,
      );
    } catch {
      // The queue is gone, or the run is stopping: no reason to ask in a tight loop.
      await this.#sleep(FAILED_RECEIVE_MS);
      return [];
    }
  }

  /** Invokes the function with a batch; a throttled batch is tried again until its messages are visible to others. */
  async #handOver(batch: SqsBatch, receivedMs: number): Promise<void> {
    const { invoke, clock } = this.#options;
    const visibleAgainMs = receivedMs + this.settings.queue.visibilityTimeoutSeconds * 1_000;
    let retryMs: number = THROTTLED_RETRY_MS.first;
    for (;;) {
      this.#running += 1;
      this.#seen = { ...this.#seen, peakInFlight: Math.max(this.#seen.peakInFlight, this.#running) };
      const result = await invoke(batch.payload);
      this.#running -= 1;
      if (result.kind !== "throttled") return this.#settle(batch, result);
      this.#seen = { ...this.#seen, throttledInvocations: this.#seen.throttledInvocations + 1 };
      if (this.#isEnding || clock.nowMs() + retryMs >= visibleAgainMs) return;
      await this.#sleep(retryMs);
      retryMs = Math.min(retryMs * 2, THROTTLED_RETRY_MS.most);
    }
  }

  /** Waits for a time, or until polling stops. */
  async #sleep(durationMs: number): Promise<void> {
    const { promise, resolve } = Promise.withResolvers<void>();
    const cancel = this.#options.clock.after(durationMs, resolve);
    this.#sleepers.add(resolve);
    await promise;
    this.#sleepers.delete(resolve);
    cancel();
  }

  #settle({ messages }: SqsBatch, result: Exclude<InvocationResult, { kind: "throttled" }>): void {
    const outcome = result.kind === "failed" ? undefined : this.#read(result.payload, messages);
    if (outcome === undefined || outcome.kind === "malformed") {
      this.#seen = { ...this.#seen, failedInvocations: this.#seen.failedInvocations + 1 };
      return;
    }
    const done = messages.filter(({ messageId }) => !outcome.failedIds.has(messageId));
    if (done.length === 0) return;
    const handles = done.map(({ receiptHandle }) => receiptHandle);
    // The next receive does not wait for this.
    this.#track(this.#options.store.remove(this.settings.queue.name, handles).catch(() => undefined));
  }

  #read(payload: string, messages: readonly QueueMessage[]): ReturnType<typeof readBatchResponse> {
    if (!this.settings.reportsItemFailures) return { kind: "answered", failedIds: new Set() };
    return readBatchResponse(payload, new Set(messages.map(({ messageId }) => messageId)));
  }
}

const NOTHING_SEEN = { batchesFound: 0, peakInFlight: 0, failedInvocations: 0, throttledInvocations: 0 };

const bytesOf = (messages: readonly QueueMessage[]): number =>
  messages.reduce((bytes, { body }) => bytes + Buffer.byteLength(body), 0);
