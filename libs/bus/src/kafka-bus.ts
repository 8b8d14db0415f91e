import { randomUUID } from 'node:crypto';
import { setTimeout as delay } from 'node:timers/promises';
import kafkajs, { Partitioners, type Admin, type Kafka, type Producer } from 'kafkajs';
import type { Topic } from '#contracts';
import { Fault } from '#errors';
import type { Bus, DeliveryPolicy, Handler, Message, Subscription } from './bus.js';
import { checkMessage } from './check-message.js';
import { DEFAULT_POLICY } from './delivery.js';
import { consume, type Consumption } from './kafka-consumption.js';
import { encodeMessage } from './kafka-message.js';
import { compressionOf, openKafka, type KafkaLog, type KafkaSettings } from './kafka-settings.js';
import { createTopics, groupName, readLag, topicName, type GroupLag } from './kafka-topics.js';

export interface KafkaBusOptions {
  /** A consumer had to stop: the process should end so that it can be started again. */
  readonly onStopped?: (error: unknown, consumer: { readonly topic: Topic; readonly group: string }) => void;
  /** Called after messages were handled: what they committed to the outbox should leave. */
  readonly onHandled?: () => void;
  readonly log?: KafkaLog;
}

/** A member that was not heard of for so long is dead and its partitions go to others; with a lease of 15 s that is a takeover below 30 s. */
const SESSION_MS = 10_000;
/** How long the group waits for members that are still at work when it is divided anew. */
const REBALANCE_MS = 60_000;
/** A fetch waits this long for messages; stopping waits for it. */
const FETCH_WAIT_MS = 500;
const LAG_TRIES = 10;
const LAG_PAUSE_MS = 200;
const MEBIBYTE = 1_048_576;
/** Below the smallest limit of a topic, compressed or not. */
const MOST_BYTES_A_REQUEST = 900_000;

/** A database that is away for ten minutes must lose nothing: where messages are kept, a transient failure is waited out. */
const PATIENT: DeliveryPolicy = Object.freeze({ ...DEFAULT_POLICY, maxAttempts: Number.POSITIVE_INFINITY });

interface Member {
  readonly consumption: Consumption<Topic>;
  readonly abort: AbortController;
}

/**
 * The bus of many processes. Messages are published by an idempotent producer and kept by the brokers; the members of a
 * group share the partitions of a topic; an offset is committed after its effect. The basin is the key, so one member
 * has all messages of a basin, in order.
 */
export class KafkaBus implements Bus {
  readonly #kafka: Kafka;
  readonly #members = new Set<Member>();
  readonly #options: Required<KafkaBusOptions>;
  #admin: Admin | null = null;
  #producer: Promise<Producer> | null = null;
  #closed = false;

  private constructor(
    readonly settings: KafkaSettings,
    options: KafkaBusOptions,
  ) {
    this.#options = { onStopped: () => undefined, onHandled: () => undefined, log: () => undefined, ...options };
    this.#kafka = openKafka(settings, this.#options.log);
  }

  /**
   * Reaches the brokers and creates the topics that are missing.
   * @throws Fault BUS_UNAVAILABLE naming the brokers
   */
  static async open(settings: KafkaSettings, options: KafkaBusOptions = {}): Promise<KafkaBus> {
    const bus = new KafkaBus(settings, options);
    try {
      bus.#admin = bus.#kafka.admin();
      await bus.#admin.connect();
      await createTopics(bus.#admin, settings);
    } catch (cause) {
      await bus.close(0);
      throw unavailable(settings, cause);
    }
    return bus;
  }

  async publish<T extends Topic>(topic: T, messages: readonly Message<T>[]): Promise<void> {
    if (this.#closed) throw new Fault('SHUTTING_DOWN', `the bus is closed: ${topic} takes no more messages`, { topic });
    for (const message of messages) checkMessage(topic, message);
    for (const part of splitBySize(messages.map(encodeMessage))) {
      try {
        const producer = await (this.#producer ??= this.#connectProducer());
        await producer.send({
          topic: topicName(this.settings, topic),
          messages: part,
          acks: -1,
          compression: compressionOf(this.settings),
        });
      } catch (cause) {
        this.#renewProducer();
        throw unavailable(this.settings, cause);
      }
    }
  }

  async subscribe<T extends Topic>(
    topic: T,
    group: string,
    handle: Handler<T>,
    policy: Partial<DeliveryPolicy> = {},
  ): Promise<Subscription> {
    if (this.#closed) throw new Fault('SHUTTING_DOWN', 'the bus is closed', { topic });
    const member = this.#createMember(topic, group, handle, { ...PATIENT, ...policy });
    this.#members.add(member);
    const { kafka } = member.consumption;
    try {
      await kafka.connect();
      await kafka.subscribe({ topic: topicName(this.settings, topic), fromBeginning: !member.consumption.policy.onlyNew });
      await consume(member.consumption);
    } catch (cause) {
      await this.#stop(member);
      throw unavailable(this.settings, cause);
    }
    return { stop: () => this.#stop(member) };
  }

  /** How far behind the groups are. @throws Fault BUS_UNAVAILABLE */
  async lag(consumptions: readonly { readonly topic: Topic; readonly group: string }[]): Promise<GroupLag[]> {
    if (this.#admin === null || this.#closed) throw new Fault('SHUTTING_DOWN', 'the bus is closed');
    for (let tries = 1; ; tries++) {
      try {
        return await readLag(this.#admin, this.settings, consumptions);
      } catch (cause) {
        // a topic made a moment ago may not know its leader yet
        if (tries === LAG_TRIES || !(cause instanceof kafkajs.KafkaJSError) || !cause.retriable) throw unavailable(this.settings, cause);
        await delay(LAG_PAUSE_MS);
      }
    }
  }

  async close(drainMs: number): Promise<void> {
    this.#closed = true;
    const abort = new AbortController();
    const drained = Promise.all([...this.#members].map(member => this.#stop(member)));
    await Promise.race([drained, delay(drainMs, undefined, { signal: abort.signal }).catch(() => undefined)]);
    abort.abort();
    for (const { abort: handlers } of this.#members) handlers.abort();
    await drained;
    const producer = await this.#producer?.catch(() => null);
    await Promise.allSettled([producer?.disconnect(), this.#admin?.disconnect()]);
  }

  #createMember(topic: Topic, group: string, handle: Handler<Topic>, policy: DeliveryPolicy): Member {
    const abort = new AbortController();
    const name = groupName(this.settings, group, topic);
    const kafka = this.#kafka.consumer({
      groupId: policy.onlyNew ? `${name}.${randomUUID()}` : name,
      sessionTimeout: SESSION_MS,
      rebalanceTimeout: REBALANCE_MS,
      heartbeatInterval: SESSION_MS / 5,
      maxWaitTimeInMs: FETCH_WAIT_MS,
      maxBytesPerPartition: 4 * MEBIBYTE,
      allowAutoTopicCreation: false,
      retry: { initialRetryTime: 200, maxRetryTime: 5_000, retries: 8 },
    });
    const stopped = (error: unknown) => {
      void kafka.stop().catch(() => undefined);
      this.#options.onStopped(error, { topic, group });
    };
    // the client restarts itself after what may pass; after the rest only a new process helps
    kafka.on('consumer.crash', ({ payload }) => {
      if (!payload.restart && !this.#closed) stopped(unavailable(this.settings, payload.error));
    });
    const consumption: Consumption<Topic> = {
      ...{ topic, group, handle, policy, kafka, signal: abort.signal },
      sleep: async (ms, signal) => delay(ms, undefined, { signal }).catch(() => undefined),
      quarantine: (message, reason) => this.#quarantine(topic, message, reason),
      consecutiveDeadLetters: 0,
      onHandled: this.#options.onHandled,
      onFailed: stopped,
      failure: undefined,
    };
    return { consumption, abort };
  }

  async #quarantine(topic: Topic, message: Message<Topic>, reason: string): Promise<void> {
    if (topic === 'dead.v1') return; // a dead letter that cannot be kept must not make another
    const value = { topic, key: message.key, messageId: message.id, reason, value: message.value };
    await this.publish('dead.v1', [{ key: message.key, id: `dead/${topic}/${message.id}`, value }]);
  }

  async #connectProducer(): Promise<Producer> {
    const producer = this.#kafka.producer({
      idempotent: true,
      maxInFlightRequests: 1,
      allowAutoTopicCreation: false,
      createPartitioner: Partitioners.DefaultPartitioner,
    });
    await producer.connect();
    return producer;
  }

  /** After a failed request an idempotent producer's numbering is in doubt: the next publish takes a new one. */
  #renewProducer(): void {
    const old = this.#producer;
    this.#producer = null;
    void old?.then(producer => producer.disconnect()).catch(() => undefined);
  }

  async #stop(member: Member): Promise<void> {
    const { kafka } = member.consumption;
    await kafka.stop().catch(() => undefined);
    member.abort.abort();
    await kafka.disconnect().catch(() => undefined);
    this.#members.delete(member);
  }
}

type Outgoing = ReturnType<typeof encodeMessage>;

/** Requests small enough for a broker; a message that is larger alone goes alone and the broker judges it. */
function splitBySize(messages: readonly Outgoing[]): Outgoing[][] {
  const parts: Outgoing[][] = [];
  let bytes = Number.POSITIVE_INFINITY;
  for (const message of messages) {
    const size = message.value?.length ?? 0;
    if (bytes + size > MOST_BYTES_A_REQUEST) {
      parts.push([]);
      bytes = 0;
    }
    parts.at(-1)!.push(message);
    bytes += size;
  }
  return parts;
}

function unavailable({ brokers }: KafkaSettings, cause: unknown): Fault {
  const message = cause instanceof Error ? cause.message : String(cause);
  return new Fault('BUS_UNAVAILABLE', `the Kafka brokers ${brokers.join(', ')} cannot be used: ${message}`, { brokers }, { cause });
}
