import type { Bus, Message } from '#bus';
import { Fault } from '#errors';
import { TOPICS, type Topic, type TopicValue } from '#contracts';
import { rethrowAsFault, type Pool, type Queryable } from './connect.js';

/** A message that leaves with the transaction that wrote it, or not at all. */
export interface OutboxMessage<T extends Topic = Topic> {
  readonly topic: T;
  /** The basin. */
  readonly key: string;
  /** Unique and made of what it is about, so that the same fact written twice is announced once. */
  readonly id: string;
  readonly value: TopicValue<T>;
}

/** Adds messages to the outbox in the caller's transaction; a message id that was there before is left alone. */
export async function writeOutbox(db: Queryable, messages: readonly OutboxMessage[]): Promise<void> {
  if (messages.length === 0) return;
  await db.query(
    `insert into outbox (topic, key, message_id, value)
     select * from unnest($1::text[], $2::text[], $3::text[], $4::jsonb[]) on conflict do nothing`,
    [
      messages.map(message => message.topic),
      messages.map(message => message.key),
      messages.map(message => message.id),
      messages.map(message => JSON.stringify(message.value)),
    ],
  );
}

/** Does anything wait to be published? */
export async function isOutboxEmpty(db: Queryable): Promise<boolean> {
  const { rows } = await db
    .query<{ empty: boolean }>('select not exists (select from outbox where published_at is null) as empty')
    .catch(rethrowAsFault);
  return rows[0]!.empty;
}

/** Forgets what was published days ago; a message id may not come back later than that. */
export async function pruneOutbox(db: Queryable): Promise<void> {
  await db.query(`delete from outbox where published_at < now() - interval '7 days'`).catch(rethrowAsFault);
}

interface Waiting {
  readonly id: number;
  readonly topic: Topic;
  readonly key: string;
  readonly message_id: string;
  readonly value: unknown;
}

/**
 * Publishes what the outbox holds, in order within a key, and marks a row only after the bus has it for good: a process
 * that dies in between publishes again, so receivers see every message at least once.
 */
export class OutboxRelay {
  readonly #shared: boolean;
  #current: Promise<void> = Promise.resolve();
  #next: Promise<void> | null = null;

  constructor(
    readonly pool: Pool,
    readonly bus: Bus,
    /** shared: other processes drain the same outbox; they take turns, or the order within a key would be lost. */
    { shared = false }: { readonly shared?: boolean } = {},
  ) {
    this.#shared = shared;
  }

  /** Publishes until the outbox is empty, what handlers add meanwhile included. Calls during a pass share the next one. */
  drain(): Promise<void> {
    this.#next ??= this.#current.then(() => {
      const pass = this.#shared ? this.#publishInTurn() : this.#publishAll();
      this.#next = null;
      this.#current = pass.catch(() => undefined);
      return pass;
    });
    return this.#next;
  }

  /** The lock belongs to a connection: a process that dies gives it back. */
  async #publishInTurn(): Promise<void> {
    const turn = await this.pool.connect().catch(rethrowAsFault);
    const lost = () => undefined;
    turn.on('error', lost);
    let broken = true;
    try {
      await turn.query('select pg_advisory_lock($1)', [RELAY_LOCK]).catch(rethrowAsFault);
      await this.#publishAll();
      await turn.query('select pg_advisory_unlock($1)', [RELAY_LOCK]).catch(rethrowAsFault);
      broken = false;
    } finally {
      turn.off('error', lost);
      turn.release(broken); // a connection that is closed gives the lock back too
    }
  }

  async #publishAll(): Promise<void> {
    for (let rows = await this.#read(); rows.length > 0; rows = await this.#read()) await this.#publish(rows);
  }

  async #read(): Promise<Waiting[]> {
    const sql = 'select id, topic, key, message_id, value from outbox where published_at is null order by id limit $1';
    const { rows } = await this.pool.query<Waiting>(sql, [BATCH]).catch(rethrowAsFault);
    for (const row of rows) assertTopic(row);
    return rows;
  }

  /**
   * In one process a publish lasts until it is handled, so the keys go side by side: a basin that computes for long does not
   * hold up the others of the batch. Brokers take many keys in one request.
   */
  async #publish(rows: readonly Waiting[]): Promise<void> {
    const runs = runsByKey(rows);
    if (!this.#shared) {
      await Promise.all(runs.map(ofKey => this.#publishInOrder(ofKey)));
      return;
    }
    const longest = runs.reduce((most, { length }) => Math.max(most, length), 0);
    for (let k = 0; k < longest; k++) {
      const next = runs.flatMap(ofKey => ofKey[k] ?? []);
      await this.#publishInOrder([...new Set(next.map(row => row.topic))].map(topic => next.filter(row => row.topic === topic)));
    }
  }

  async #publishInOrder(runs: readonly (readonly Waiting[])[]): Promise<void> {
    for (const run of runs) {
      await this.bus.publish(run[0]!.topic, run.map(messageOf));
      await this.pool.query('update outbox set published_at = now() where id = any($1)', [run.map(row => row.id)]).catch(rethrowAsFault);
    }
  }
}

const BATCH = 200;
const RELAY_LOCK = 0x72_65_6c_61; // "rela"

/** Of each key its runs of one topic, in order. */
const runsByKey = (rows: readonly Waiting[]): Waiting[][][] =>
  [...new Set(rows.map(row => row.key))].map(key => runsOfTopic(rows.filter(row => row.key === key)));

/** Neighbours of one topic travel together. */
function runsOfTopic(rows: readonly Waiting[]): Waiting[][] {
  const runs: Waiting[][] = [];
  for (const row of rows) {
    const last = runs.at(-1);
    if (last?.[0]?.topic === row.topic) last.push(row);
    else runs.push([row]);
  }
  return runs;
}

const messageOf = (row: Waiting): Message<Topic> => ({ key: row.key, id: row.message_id, value: row.value as TopicValue<Topic> });

function assertTopic(row: Waiting): void {
  if (!(row.topic in TOPICS)) throw new Fault('INVARIANT', `the outbox holds a message of the unknown topic ${row.topic}`, { id: row.id });
}
