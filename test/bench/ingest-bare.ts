import { once } from 'node:events';
import { CompressionTypes, Kafka, logLevel } from 'kafkajs';
import { from as copyFrom } from 'pg-copy-streams';
import type { KafkaSettings } from '#bus';
import { toIso, type EpochMs } from '#hydrology';
import { inTransaction, type Pool } from '#store';
import type { Load } from './ingest.js';

type Value = Load['messages'][number]['value'];

const INCOMING = `create temporary table if not exists incoming
  (basin text, station text, variable text, valid_time timestamptz, received_at timestamptz, value float8, source text) on commit delete rows`;

const STORE = `insert into bare_observation
  select basin, station, variable, valid_time, 0, received_at, value, 0, '', source from incoming on conflict do nothing`;

/**
 * The peer: kafkajs as it comes, each fetch parsed and copied into a temporary table and from there inserted, no checks,
 * no revisions, no announcements. The same table, the same indexes, the same messages, acks and compression.
 * @returns seconds from the first publish until all is stored
 */
export async function runBare(pool: Pool, { brokers, prefix, partitions }: KafkaSettings, load: Load): Promise<number> {
  await makeTable(pool);
  const topic = `${prefix}gauges`;
  const kafka = new Kafka({ brokers: [...brokers], logLevel: logLevel.NOTHING });
  const admin = kafka.admin();
  await admin.connect();
  await admin.createTopics({ topics: [{ topic, numPartitions: partitions }] });
  const producer = kafka.producer({ idempotent: true, maxInFlightRequests: 1 });
  const consumer = kafka.consumer({ groupId: prefix, maxBytesPerPartition: 4 * 1_048_576, maxWaitTimeInMs: 500 });
  await Promise.all([producer.connect(), consumer.connect()]);
  await consumer.subscribe({ topic, fromBeginning: true });
  let left = load.messages.length;
  let finish!: () => void;
  const finished = new Promise<void>(resolve => (finish = resolve));
  const joined = new Promise<void>(resolve =>
    consumer.on('consumer.group_join', () => {
      resolve();
    }),
  );
  await consumer.run({
    partitionsConsumedConcurrently: 8,
    eachBatch: async ({ batch }) => {
      await store(
        pool,
        batch.messages.map(({ value }) => JSON.parse(value!.toString()) as Value),
      );
      left -= batch.messages.length;
      if (left === 0) finish();
    },
  });
  await joined;
  const began = performance.now();
  const chunk = new Set(load.messages.map(({ key }) => key)).size;
  for (let k = 0; k < load.messages.length; k += chunk) {
    const messages = load.messages.slice(k, k + chunk).map(({ key, value }) => ({ key, value: JSON.stringify(value) }));
    await producer.send({ topic, messages, acks: -1, compression: CompressionTypes.GZIP });
  }
  await finished;
  const seconds = (performance.now() - began) / 1000;
  await Promise.all([consumer.disconnect(), producer.disconnect(), admin.disconnect()]);
  return seconds;
}

async function makeTable(pool: Pool): Promise<void> {
  await pool.query('create table if not exists bare_observation (like observation including all)');
  await pool.query(
    `select create_hypertable('bare_observation', by_range('valid_time', interval '14 days'), create_default_indexes => false, if_not_exists => true)`,
  );
}

async function store(pool: Pool, batch: readonly Value[]): Promise<void> {
  await inTransaction(pool, async client => {
    await client.query(INCOMING);
    const stream = client.query(copyFrom('copy incoming from stdin'));
    const done = once(stream, 'finish');
    for (const { basin, source, receivedAt, values } of batch) {
      const received = toIso(receivedAt as EpochMs);
      stream.write(
        values
          .map(
            one => `${basin}\t${one.station}\t${one.variable}\t${toIso(one.validTime as EpochMs)}\t${received}\t${one.value}\t${source}\n`,
          )
          .join(''),
      );
    }
    stream.end();
    await done;
    await client.query(STORE);
  });
}
