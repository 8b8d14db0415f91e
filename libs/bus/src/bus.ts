import type { Topic, TopicValue } from '#contracts';

export interface Message<T extends Topic> {
  /** The basin: messages of one key are handled in order, one at a time. */
  readonly key: string;
  /** Unique; a message may arrive twice with the same id. */
  readonly id: string;
  readonly value: TopicValue<T>;
}

export interface DeliveryContext {
  readonly topic: Topic;
  readonly attempt: number;
  readonly signal: AbortSignal;
}

/** Return = commit. Throw = the delivery policy decides by the fault's kind: input → dead letter; transient → again with back-off; defect → stop. */
export type Handler<T extends Topic> = (batch: readonly Message<T>[], context: DeliveryContext) => Promise<void>;

export interface DeliveryPolicy {
  readonly maxBatch: number;
  readonly maxAttempts: number;
  readonly backOffMs: number;
  /** Consecutive dead letters after which the consumer stops instead of diverting everything. */
  readonly deadLetterLimit: number;
  /** For a group of the moment, such as a screen: what was published before it subscribed does not concern it. */
  readonly onlyNew: boolean;
}

export interface Subscription {
  stop(): Promise<void>;
}

/** At-least-once delivery, ordered per key. Two implementations: in process and Kafka. */
export interface Bus {
  /**
   * Resolves when the messages can no longer be lost: written by the broker (Kafka), or handled by every group
   * subscribed (in process, where a queue in memory keeps nothing). A handler must therefore not await a publish to
   * its own topic. Rejects when a consumer stopped before it handled them.
   */
  publish<T extends Topic>(topic: T, messages: readonly Message<T>[]): Promise<void>;
  subscribe<T extends Topic>(topic: T, group: string, handle: Handler<T>, policy?: Partial<DeliveryPolicy>): Promise<Subscription>;
  /** Stops taking messages, lets handlers finish for at most `drainMs`. */
  close(drainMs: number): Promise<void>;
}
