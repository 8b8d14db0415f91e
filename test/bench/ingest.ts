import { mkdtempSync, rmSync } from 'node:fs';
import { loadavg, tmpdir } from 'node:os';
import { join } from 'node:path';
import { startArchive, type ArchivedBasin } from '#apps/ingest';
import { KafkaBus, type KafkaSettings, type Message } from '#bus';
import { HOUR_MS, MINUTE_MS, basinId, epochMs, parseIso, stationId, uniformNumbers } from '#hydrology';
import { createLogger } from '#runtime';
import { OutboxRelay, connect, migrate, type Pool } from '#store';
import { freePort } from '../stack/free-port.js';
import { startBroker } from '../stack/kafka-broker.js';
import { KAFKA, TIMESCALE, prepareStack } from '../stack/prepare.js';
import { startTimescale } from '../stack/timescale.js';
import { runBare } from './ingest-bare.js';

// npm run bench:ingest: gauge observations a second through Kafka into TimescaleDB, beside a bare client doing as little as possible.
// A message is one poll of a basin: its gauges, an hour of values every five minutes. Every round sends the next hours of every basin.

const BASINS = 48;
const GAUGES = 20;
const VALUES = 12;
const HOURS = 24;
const ROUNDS = Number(process.env.FRESHET_ROUNDS ?? 3);
const START = parseIso('2024-01-01');

export interface Load {
  readonly messages: readonly Message<'obs.gauge.v1'>[];
  readonly values: number;
}

const basins: ArchivedBasin[] = Array.from({ length: BASINS }, (_, b) => ({
  basin: basinId(`b${b}`),
  cellCount: 1,
  stations: Array.from({ length: GAUGES }, (_one, g) => {
    const id = stationId(`B${b}S${g}`);
    return {
      id,
      name: id,
      river: id,
      gauged: true,
      areaM2: 400e6,
      longitude: 4,
      latitude: 45,
      thresholds: [],
    } as unknown as ArchivedBasin['stations'][number];
  }),
}));

/** The polls of some hours, hour by hour, basin by basin. Rivers move: a walk that never leaves what is plausible. */
function loadOf(prefix: string, fromHour: number): Load {
  const uniform = uniformNumbers(fromHour + 1);
  const messages: Message<'obs.gauge.v1'>[] = [];
  for (let hour = fromHour; hour < fromHour + HOURS; hour++) {
    const receivedAt = epochMs(START + (hour + 1) * HOUR_MS + MINUTE_MS);
    for (const { basin, stations } of basins) {
      const values = stations.flatMap(({ id }) =>
        Array.from({ length: VALUES }, (_, k) => ({
          station: id,
          variable: 'Q' as const,
          validTime: START + hour * HOUR_MS + (k + 1) * 5 * MINUTE_MS,
          value: Math.round(1e3 * (20 + uniform())) / 1e3,
          unit: 'm3/s',
        })),
      );
      messages.push({ key: basin, id: `${prefix}/${basin}/${receivedAt}`, value: { basin, source: 'gauges', receivedAt, values } });
    }
  }
  return { messages, values: messages.length * GAUGES * VALUES };
}

/** From the first publish until everything published is handled and announced. @returns seconds */
async function runFreshet(pool: Pool, settings: KafkaSettings, load: Load): Promise<number> {
  const logger = createLogger('silent');
  let relay: OutboxRelay | null = null;
  const bus = await KafkaBus.open(settings, { onHandled: () => void relay?.drain().catch(() => undefined) });
  relay = new OutboxRelay(pool, bus, { shared: true });
  await startArchive(bus, { pool, runKind: 'scheduled', logger, basins: new Map(basins.map(one => [one.basin, one])) });
  const began = performance.now();
  for (let k = 0; k < load.messages.length; k += BASINS) await bus.publish('obs.gauge.v1', load.messages.slice(k, k + BASINS));
  const behind = async () => (await bus.lag([{ topic: 'obs.gauge.v1', group: 'archive' }]))[0]!.messages;
  while ((await behind()) > 0) await new Promise(resolve => setTimeout(resolve, 20));
  await relay.drain();
  const seconds = (performance.now() - began) / 1000;
  await bus.close(1_000);
  return seconds;
}

async function main(): Promise<void> {
  prepareStack();
  const folder = mkdtempSync(join(tmpdir(), 'freshet-bench-'));
  const ports = [await freePort(), await freePort(), await freePort()] as const;
  const broker = await startBroker({ jars: KAFKA, folder: join(folder, 'kafka'), ports });
  const database = await startTimescale(TIMESCALE, join(folder, 'timescale'));
  const pool = connect(await database.ensureDatabase('freshet'));
  try {
    await migrate(pool);
    const settings = {
      brokers: broker.brokers,
      prefix: 'bench.',
      tls: false,
      sasl: null,
      compression: 'gzip',
      partitions: 6,
      replication: 1,
    } as const;
    const rounds: { readonly freshet: number; readonly bare: number }[] = [];
    for (let round = 0; round < ROUNDS; round++) {
      const load = loadOf('f', round * HOURS);
      const seconds = await runFreshet(pool, settings, load);
      const bare = await runBare(pool, { ...settings, prefix: `bare${round}.` }, load);
      const rate = (took: number) => Math.round(load.values / took);
      rounds.push({ freshet: rate(seconds), bare: rate(bare) });
      process.stderr.write(`round ${round + 1}: ${JSON.stringify(rounds.at(-1))} values/s\n`);
    }
    const { rows } = await pool.query<{ count: number }>('select count(*) from observation');
    const sent = ROUNDS * BASINS * GAUGES * VALUES * HOURS;
    if (rows[0]!.count !== sent) throw new Error(`${sent} values were sent, ${rows[0]!.count} are archived`);
    const median = (values: readonly number[]) => [...values].sort((a, b) => a - b)[Math.floor(values.length / 2)]!;
    process.stdout.write(
      `${JSON.stringify(
        {
          what: 'gauge values a second through Kafka into TimescaleDB (Apache edition), fsync on, publisher and archive in one process',
          load: {
            basins: BASINS,
            gauges: GAUGES,
            valuesAGaugeAndMessage: VALUES,
            messagesARound: BASINS * HOURS,
            valuesARound: sent / ROUNDS,
          },
          loadAverage: loadavg()[0],
          rounds,
          freshetPerS: median(rounds.map(({ freshet }) => freshet)),
          barePerS: median(rounds.map(({ bare }) => bare)),
          ratio: Math.round(100 * median(rounds.map(({ freshet, bare }) => freshet / bare))) / 100,
        },
        null,
        2,
      )}\n`,
    );
  } finally {
    await pool.end();
    await broker.stop();
    await database.stop();
    rmSync(folder, { recursive: true, force: true });
  }
}

await main();
