import { setTimeout as delay } from 'node:timers/promises';
import type { Topic } from '#contracts';
import { Fault } from '#errors';
import type { Bus, DeliveryPolicy, Handler, Message, Subscription } from './bus.js';
import { checkMessage } from './check-message.js';
import { DEFAULT_POLICY, deliverBatch, type Consumer } from './delivery.js';

export interface LocalBusOptions {
  /** Messages waiting for one group and key before publishers have to wait. */
  readonly maxQueue?: number;
  /** A consumer had to stop: the process should end so that it can be started again. */
  readonly onStopped?: (error: unknown, consumer: { readonly topic: Topic; readonly group: string }) => void;
  readonly sleep?: (ms: number, signal: AbortSignal) => Promise<void>;
}

interface Entry {
  readonly message: Message<Topic>;
  readonly resolve: () => void;
  readonly reject: (error: unknown) => void;
}

/** The messages of one key for one group: a bounded queue and at most one handler at work. */
interface Lane {
  readonly queue: Entry[];
  running: boolean;
  readonly waiting: (() => void)[];
}

interface Group extends Consumer<Topic> {
  readonly lanes: Map<string, Lane>;
  readonly abort: AbortController;
  failure: unknown;
}

/** The bus of one process: order per key, bounded queues, the same delivery policy as a broker's; nothing survives the process. */
export class LocalBus implements Bus {
  readonly #groups = new Map<Topic, Group[]>();
  readonly #options: Required<LocalBusOptions>;
  readonly #idleWaiters: (() => void)[] = [];
  #pending = 0;
  #closed = false;

  constructor(options: LocalBusOptions = {}) {
    this.#options = { maxQueue: 1000, onStopped: () => undefined, sleep: sleepUnlessAborted, ...options };
  }

  async publish<T extends Topic>(topic: T, messages: readonly Message<T>[]): Promise<void> {
    if (this.#closed) throw new Fault('SHUTTING_DOWN', `the bus is closed: ${topic} takes no more messages`, { topic });
    for (const message of messages) checkMessage(topic, message);
    const groups = this.#groups.get(topic) ?? [];
    this.#pending++;
    try {
      await settleAll(groups.flatMap(group => messages.map(message => this.#enqueue(group, message))));
    } finally {
      this.#pending--;
      this.#announceIdle();
    }
  }

  subscribe<T extends Topic>(topic: T, group: string, handle: Handler<T>, policy: Partial<DeliveryPolicy> = {}): Promise<Subscription> {
    const created = this.#createGroup(topic, group, handle, { ...DEFAULT_POLICY, ...policy });
    this.#groups.set(topic, [...(this.#groups.get(topic) ?? []), created]);
    return Promise.resolve({ stop: () => this.#stop(created) });
  }

  /** Resolves when no message waits and no handler is at work; a replay's clock asks it before it moves on. */
  async idle(): Promise<void> {
    while (!this.#isIdle()) await new Promise<void>(resolve => this.#idleWaiters.push(resolve));
  }

  async close(drainMs: number): Promise<void> {
    this.#closed = true;
    const timeout = new AbortController();
    await Promise.race([this.idle(), this.#options.sleep(drainMs, timeout.signal)]);
    timeout.abort();
    for (const group of this.#allGroups()) fail(group, new Fault('SHUTTING_DOWN', 'the bus was closed before the message was handled'));
  }

  #createGroup(topic: Topic, group: string, handle: Handler<Topic>, policy: DeliveryPolicy): Group {
    const abort = new AbortController();
    return {
      topic,
      group,
      handle,
      policy,
      abort,
      signal: abort.signal,
      sleep: this.#options.sleep,
      quarantine: (message, reason) => this.#quarantine(topic, message, reason),
      consecutiveDeadLetters: 0,
      lanes: new Map(),
      failure: undefined,
    };
  }

  async #enqueue(group: Group, message: Message<Topic>): Promise<void> {
    const lane = laneOf(group, message.key);
    // whoever waits already goes first, or order within the key would be lost
    if (lane.queue.length >= this.#options.maxQueue || lane.waiting.length > 0) {
      await new Promise<void>(resolve => lane.waiting.push(resolve));
    }
    if (group.failure !== undefined) throw asError(group.failure);
    return new Promise<void>((resolve, reject) => {
      lane.queue.push({ message, resolve, reject });
      if (!lane.running) void this.#work(group, lane);
    });
  }

  async #work(group: Group, lane: Lane): Promise<void> {
    lane.running = true;
    await Promise.resolve(); // lets a publisher's whole batch arrive first
    while (lane.queue.length > 0 && group.failure === undefined) {
      const batch = lane.queue.splice(0, group.policy.maxBatch);
      const admitted = Math.max(0, this.#options.maxQueue - lane.queue.length);
      for (const admit of lane.waiting.splice(0, admitted)) admit();
      try {
        await deliverBatch(
          batch.map(entry => entry.message),
          group,
        );
        for (const entry of batch) entry.resolve();
      } catch (error) {
        for (const entry of batch) entry.reject(error);
        this.#stopFailed(group, error);
      }
      await Promise.resolve();
    }
    lane.running = false;
    this.#announceIdle();
  }

  async #quarantine(topic: Topic, message: Message<Topic>, reason: string): Promise<void> {
    if (topic === 'dead.v1') return; // a dead letter that cannot be kept must not make another
    const value = { topic, key: message.key, messageId: message.id, reason, value: message.value };
    await this.publish('dead.v1', [{ key: message.key, id: `dead/${topic}/${message.id}`, value }]);
  }

  #stopFailed(group: Group, error: unknown): void {
    if (group.failure !== undefined) return;
    fail(group, error);
    this.#options.onStopped(error, { topic: group.topic, group: group.group });
  }

  async #stop(group: Group): Promise<void> {
    this.#groups.set(
      group.topic,
      (this.#groups.get(group.topic) ?? []).filter(other => other !== group),
    );
    while ([...group.lanes.values()].some(lane => lane.running)) {
      await new Promise<void>(resolve => this.#idleWaiters.push(resolve));
    }
    group.abort.abort();
  }

  #isIdle(): boolean {
    return this.#pending === 0 && this.#allGroups().every(group => [...group.lanes.values()].every(lane => !lane.running));
  }

  #announceIdle(): void {
    for (const wake of this.#idleWaiters.splice(0)) wake();
  }

  #allGroups(): readonly Group[] {
    return [...this.#groups.values()].flat();
  }
}

/** Rejects everything that waits and wakes publishers, who find the failure. */
function fail(group: Group, error: unknown): void {
  group.failure ??= error;
  group.abort.abort();
  for (const lane of group.lanes.values()) {
    for (const entry of lane.queue.splice(0)) entry.reject(error);
    for (const admit of lane.waiting.splice(0)) admit();
  }
}

function laneOf(group: Group, key: string): Lane {
  const known = group.lanes.get(key);
  if (known) return known;
  const lane: Lane = { queue: [], running: false, waiting: [] };
  group.lanes.set(key, lane);
  return lane;
}

/** Waits for all, so that no handler is still at work when the first failure is reported. */
async function settleAll(waits: readonly Promise<void>[]): Promise<void> {
  const failed = (await Promise.allSettled(waits)).find(result => result.status === 'rejected');
  if (failed) throw asError(failed.reason);
}

const asError = (reason: unknown): Error => (reason instanceof Error ? reason : new Error(String(reason)));

async function sleepUnlessAborted(ms: number, signal: AbortSignal): Promise<void> {
  await delay(ms, undefined, { signal }).catch(() => undefined);
}
