import type { Consumer as KafkaConsumer, EachBatchPayload } from 'kafkajs';
import type { Topic } from '#contracts';
import { deliverBatch, putAside, type Consumer } from './delivery.js';
import { HandledPrefix } from './handled-prefix.js';
import { decodeMessage, type Received } from './kafka-message.js';

/** A member of a group at work on one topic. */
export interface Consumption<T extends Topic> extends Consumer<T> {
  readonly kafka: KafkaConsumer;
  /** Called after messages were handled: what they committed to the outbox should leave. */
  readonly onHandled: () => void;
  /** Called once when the consumer must stop. */
  readonly onFailed: (error: unknown) => void;
  failure: unknown;
}

/** While a batch is at work: offsets are committed and the group is told that we live this often. */
const BEAT_MS = 1_000;

/** At most this many partitions at once; the others wait on the broker, which is the back-pressure. */
const CONCURRENT_PARTITIONS = 8;

/** Joins the group and hands every batch over. Resolves when the member has joined. */
export async function consume<T extends Topic>(consumption: Consumption<T>): Promise<void> {
  await consumption.kafka.run({
    autoCommit: false,
    eachBatchAutoResolve: false,
    partitionsConsumedConcurrently: CONCURRENT_PARTITIONS,
    eachBatch: payload => handleFetch(consumption, payload),
  });
}

/** One fetch of a partition. Its keys go side by side, each in order; an offset is committed after the effect of all before it. */
async function handleFetch<T extends Topic>(consumption: Consumption<T>, payload: EachBatchPayload): Promise<void> {
  const { topic, partition, messages } = payload.batch;
  const received = messages.map(raw => decodeMessage(consumption.topic, raw, `${topic}/${partition}/${raw.offset}`));
  const progress = new Progress(payload);
  try {
    await Promise.all(lanesOf(received).map(lane => handleLane(consumption, lane, progress)));
  } finally {
    progress.end();
  }
  await progress.commit();
  // the group is being divided anew: what was not committed comes again to whoever gets the partition
  if (progress.lost !== null) throw progress.lost;
}

/** The messages of each key. */
function lanesOf<T extends Topic>(received: readonly Received<T>[]): Received<T>[][] {
  const lanes = new Map<string, Received<T>[]>();
  for (const one of received) {
    const lane = lanes.get(one.message.key);
    if (lane) lane.push(one);
    else lanes.set(one.message.key, [one]);
  }
  return [...lanes.values()];
}

async function handleLane<T extends Topic>(consumption: Consumption<T>, lane: readonly Received<T>[], progress: Progress): Promise<void> {
  for (let k = 0; k < lane.length; k += consumption.policy.maxBatch) {
    const chunk = lane.slice(k, k + consumption.policy.maxBatch);
    if (isEnding(consumption) || !progress.goesOn()) return;
    try {
      await handleChunk(consumption, chunk);
    } catch (error) {
      if (isEnding(consumption)) return; // another lane failed first, or we are told to stop
      consumption.failure = error;
      consumption.onFailed(error);
      return;
    }
    progress.handled(chunk.map(one => one.offset));
    consumption.onHandled();
  }
}

const isEnding = ({ failure, signal }: Consumption<Topic>): boolean => failure !== undefined || signal.aborted;

/** Messages that could be read go to the handler together, up to the next that could not. */
async function handleChunk<T extends Topic>(consumption: Consumption<T>, chunk: readonly Received<T>[]): Promise<void> {
  let readable: Received<T>[] = [];
  const flush = async () => {
    if (readable.length > 0)
      await deliverBatch(
        readable.map(one => one.message),
        consumption,
      );
    readable = [];
  };
  for (const one of chunk) {
    if (one.refusal === null) {
      readable.push(one);
    } else {
      await flush();
      await putAside(one.message, consumption, one.refusal);
    }
  }
  await flush();
}

/** How far a fetch is handled and committed, and whether the partition is still ours. */
class Progress {
  /** Why the partition is no longer ours. */
  lost: Error | null = null;
  readonly #prefix: HandledPrefix;
  readonly #timer: NodeJS.Timeout;
  #reached: bigint | null = null;
  #committed: bigint | null = null;

  constructor(readonly payload: EachBatchPayload) {
    this.#prefix = new HandledPrefix(payload.batch.messages.map(({ offset }) => BigInt(offset)));
    // the client itself beats only between batches, and a cycle may take longer than a session
    this.#timer = setInterval(() => void this.#beat(), BEAT_MS);
  }

  goesOn(): boolean {
    return this.lost === null && this.payload.isRunning() && !this.payload.isStale();
  }

  handled(offsets: readonly bigint[]): void {
    this.#reached = this.#prefix.add(offsets) ?? this.#reached;
  }

  end(): void {
    clearInterval(this.#timer);
  }

  /**
   * Commits as far as everything is handled, and only then lets the client read on from there: a commit that is lost on the
   * way would else never be made up for until the next message, which on a quiet partition is the next quarter of an hour.
   * @throws what the client throws when the partition is no longer ours or the broker is away; what was not committed comes again
   */
  async commit(): Promise<void> {
    const reached = this.#reached;
    if (reached === null || reached === this.#committed || this.lost !== null) return;
    const { topic, partition } = this.payload.batch;
    await this.payload.commitOffsetsIfNecessary({ topics: [{ topic, partitions: [{ partition, offset: String(reached + 1n) }] }] });
    this.payload.resolveOffset(String(reached));
    this.#committed = reached;
  }

  async #beat(): Promise<void> {
    try {
      await this.commit();
      await this.payload.heartbeat();
    } catch (error) {
      this.lost ??= error instanceof Error ? error : new Error(String(error));
    }
  }
}
