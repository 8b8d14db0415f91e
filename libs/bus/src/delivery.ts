import type { Topic } from '#contracts';
import { Fault, isFault, type FaultKind } from '#errors';
import type { DeliveryPolicy, Handler, Message } from './bus.js';

export const DEFAULT_POLICY: DeliveryPolicy = Object.freeze({
  maxBatch: 200,
  maxAttempts: 6,
  backOffMs: 100,
  deadLetterLimit: 20,
  onlyNew: false,
});

/** One group's consumption of one topic, as every implementation of the bus sees it. */
export interface Consumer<T extends Topic> {
  readonly topic: T;
  readonly group: string;
  readonly handle: Handler<T>;
  readonly policy: DeliveryPolicy;
  readonly signal: AbortSignal;
  sleep(ms: number, signal: AbortSignal): Promise<void>;
  /** Puts a refused message aside with the reason. */
  quarantine(message: Message<T>, reason: string): Promise<void>;
  consecutiveDeadLetters: number;
}

/**
 * Hands a batch to its handler and decides what a failure means. Resolves when every message was handled or put
 * aside; rejects when the consumer must stop: a defect, a transient fault that lasted, too many dead letters in a row.
 */
export async function deliverBatch<T extends Topic>(batch: readonly Message<T>[], consumer: Consumer<T>): Promise<void> {
  for (let attempt = 1, wait = consumer.policy.backOffMs; ; wait *= 2) {
    try {
      await consumer.handle(batch, { topic: consumer.topic, attempt, signal: consumer.signal });
      consumer.consecutiveDeadLetters = 0;
      return;
    } catch (error) {
      const kind = kindOf(error);
      if (kind === 'input') return divert(batch, consumer, error);
      if (kind !== 'overload' && (kind !== 'transient' || attempt >= consumer.policy.maxAttempts)) throw error;
      if (kind === 'transient') attempt++;
      await consumer.sleep(Math.min(wait, MAX_WAIT_MS), consumer.signal);
      if (consumer.signal.aborted) throw error;
    }
  }
}

/** Longest pause between two attempts. */
const MAX_WAIT_MS = 10_000;

/** An error that nobody named is a defect. */
const kindOf = (error: unknown): FaultKind => (isFault(error) ? error.kind : 'defect');

/** Finds the message at fault by handing them over one by one; a lone one is put aside. */
async function divert<T extends Topic>(batch: readonly Message<T>[], consumer: Consumer<T>, error: unknown): Promise<void> {
  if (batch.length > 1) {
    for (const message of batch) await deliverBatch([message], consumer);
    return;
  }
  await putAside(batch[0]!, consumer, error);
}

/** One message to the dead letters. @throws Fault DEAD_LETTER_LIMIT when there were too many in a row. */
export async function putAside<T extends Topic>(message: Message<T>, consumer: Consumer<T>, error: unknown): Promise<void> {
  await consumer.quarantine(message, reasonOf(error));
  consumer.consecutiveDeadLetters++;
  if (consumer.consecutiveDeadLetters >= consumer.policy.deadLetterLimit) {
    throw new Fault(
      'DEAD_LETTER_LIMIT',
      `${consumer.group} refused ${consumer.consecutiveDeadLetters} messages of ${consumer.topic} in a row, the last because: ${reasonOf(error)}`,
      { topic: consumer.topic, group: consumer.group },
    );
  }
}

const reasonOf = (error: unknown): string =>
  isFault(error) ? `${error.code}: ${error.message}` : error instanceof Error ? error.message : String(error);
