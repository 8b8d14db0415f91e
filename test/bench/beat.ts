import { mkdtempSync, rmSync } from 'node:fs';
import { cpus, loadavg, tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import { CyclePool, enterDueCycles, takeDueCycles, type ForecastBasin, type ForecastRole } from '#apps/forecast';
import { startArchive } from '#apps/ingest';
import { KafkaBus, type KafkaSettings } from '#bus';
import type { LoadedDomain } from '#config';
import { BEAT_MS, DAY_MS, basinId, epochMs, parseIso, stationId, toIso, type PointSeries, type StationId } from '#hydrology';
import { createLogger } from '#runtime';
import { OutboxRelay, connect, migrate, type Pool } from '#store';
import { openForecastBasin } from '../../apps/freshet/src/open-forecast-basin.js';
import { beginForecasts } from '#apps/forecast';
import { archiveDischarge, archiveRain, loadCance } from '../setup/flood-fixture.js';
import { freePort } from '../stack/free-port.js';
import { startBroker } from '../stack/kafka-broker.js';
import { KAFKA, TIMESCALE, prepareStack } from '../stack/prepare.js';
import { startTimescale } from '../stack/timescale.js';

// npm run bench:beat: 200 basins of the size of the Cance in one beat, through Kafka and TimescaleDB, and one basin from its last
// observation to its forecast. The basins are the Cance under 200 names: each has its own rows, states, kernel and alerts' topic.

const BASINS = Number(process.env.FRESHET_BASINS ?? 200);
const BEATS = 3;
const FIRST = parseIso('2014-11-04T12:00Z');

/** The domain under another name, its stations too: rows are keyed by them. */
function rename(domain: LoadedDomain, k: number): LoadedDomain {
  const nameOf = (id: string): StationId => stationId(`${id}-${k}`);
  const plain = (id: StationId): StationId => stationId(id.slice(0, id.lastIndexOf('-')));
  const discharge = (id: StationId, from: Parameters<LoadedDomain['record']['discharge']>[1], to: typeof from): PointSeries => ({
    ...domain.record.discharge(plain(id), from, to),
    station: id,
  });
  return {
    ...domain,
    basin: basinId(`b${k}`),
    stations: domain.stations.map(station => ({ ...station, id: nameOf(station.id) })),
    zoneStations: domain.zoneStations.map(nameOf),
    record: { ...domain.record, discharge },
  };
}

async function openBasins(): Promise<ForecastBasin[]> {
  const domain = await loadCance();
  const original = await openForecastBasin(domain, 'persistence');
  return Array.from({ length: BASINS }, (_, k) => {
    const renamed = rename(domain, k);
    const { basin, stations, zoneStations } = renamed;
    return { ...original, domain: renamed, model: { ...original.model, basin, stations, zoneStations } };
  });
}

/** Rain and discharge of two days before and during the beats, and the states of a spin-up, for every basin. */
async function prepare(pool: Pool, role: ForecastRole, basins: readonly ForecastBasin[]): Promise<void> {
  const [first] = basins;
  const span = {
    domain: first!.domain,
    runKind: 'scheduled' as const,
    from: epochMs(FIRST - 2 * DAY_MS),
    to: epochMs(FIRST + BEATS * BEAT_MS),
  };
  await archiveRain(pool, span);
  await archiveDischarge(pool, span);
  await beginForecasts(
    { ...role, basins: new Map([[first!.model.basin, first!]]) },
    { spinUpEnd: () => ({ first: FIRST, asOf: FIRST }), alone: false },
  );
  const others = [BASINS - 1];
  await pool.query(
    `insert into observation select 'b' || k, regexp_replace(station, '-0$', '-' || k), variable, valid_time, revision, received_at, value, flag, flag_source, source
     from observation, generate_series(1, $1::integer) k where basin = 'b0'`,
    others,
  );
  await pool.query(
    `insert into rain_grid select 'b' || k, source, valid_time, revision, duration_s, received_at, depth_mm, mean_mm, flag, flag_source
     from rain_grid, generate_series(1, $1::integer) k where basin = 'b0'`,
    others,
  );
  await pool.query(
    `insert into model_state select 'b' || k, issue_time, run_kind, valid_time, state, hash from model_state, generate_series(1, $1::integer) k where basin = 'b0'`,
    others,
  );
  await pool.query('analyze');
}

interface Setting {
  readonly pool: Pool;
  readonly bus: KafkaBus;
  readonly relay: OutboxRelay;
}

const finished = async (pool: Pool, where: string): Promise<number> => {
  const { rows } = await pool.query<{ count: number }>(`select count(*) from cycle where status in ('complete', 'degraded') and ${where}`);
  return rows[0]!.count;
};

/** All basins become due at once. @returns seconds until the last forecast is published */
async function playBeat({ pool, relay }: Setting, basins: readonly ForecastBasin[], beat: number): Promise<number> {
  const issue = epochMs(FIRST + beat * BEAT_MS);
  const began = performance.now();
  for (const basin of basins) {
    await enterDueCycles({ pool, basin, runKind: 'scheduled', first: FIRST }, epochMs(issue + basin.domain.settings.forecast.cutOff));
  }
  await relay.drain();
  while ((await finished(pool, `issue_time = '${toIso(issue)}'`)) < basins.length) await delay(50);
  await relay.drain();
  return (performance.now() - began) / 1000;
}

/** The last value of a basin is sent; once it is archived its cycle is due. @returns seconds until everybody was told of the forecast */
async function followOne({ pool, bus, relay }: Setting, basin: ForecastBasin, beat: number): Promise<number> {
  const issue = epochMs(FIRST + beat * BEAT_MS);
  const { cutOff } = basin.domain.settings.forecast;
  const receivedAt = epochMs(issue + cutOff - 1000);
  const id = basin.model.basin;
  let hear!: () => void;
  const heard = new Promise<void>(resolve => (hear = resolve));
  const listener = await bus.subscribe('forecast.issued.v1', `bench-${id}`, batch => {
    if (batch.some(({ value }) => value.basin === id && value.issueTime === issue)) hear();
    return Promise.resolve();
  });
  await delay(2_000); // the listener has joined
  const began = performance.now();
  const values = basin.model.stations
    .filter(({ gauged }) => gauged)
    .map(station => ({ station: station.id, variable: 'Q' as const, validTime: issue - 20 * 60_000, value: 42, unit: 'm3/s' }));
  await bus.publish('obs.gauge.v1', [{ key: id, id: `bench/${issue}`, value: { basin: id, source: 'bench', receivedAt, values } }]);
  const archived = async () =>
    (await pool.query(`select from observation where basin = $1 and source = 'bench' and received_at = $2`, [id, toIso(receivedAt)]))
      .rowCount! > 0;
  while (!(await archived())) await delay(10);
  await enterDueCycles({ pool, basin, runKind: 'scheduled', first: FIRST }, epochMs(issue + cutOff));
  await relay.drain();
  await heard;
  const seconds = (performance.now() - began) / 1000;
  await listener.stop();
  return seconds;
}

async function main(): Promise<void> {
  prepareStack();
  const folder = mkdtempSync(join(tmpdir(), 'freshet-bench-'));
  const ports = [await freePort(), await freePort(), await freePort()] as const;
  const broker = await startBroker({ jars: KAFKA, folder: join(folder, 'kafka'), ports });
  const database = await startTimescale(TIMESCALE, join(folder, 'timescale'));
  const pool = connect(await database.ensureDatabase('freshet'));
  const logger = createLogger('warn');
  const settings: KafkaSettings = {
    brokers: broker.brokers,
    prefix: 'bench.',
    tls: false,
    sasl: null,
    compression: 'gzip',
    partitions: 48,
    replication: 1,
  };
  let relay: OutboxRelay | null = null;
  const bus = await KafkaBus.open(settings, { onHandled: () => void relay?.drain().catch(() => undefined) });
  relay = new OutboxRelay(pool, bus, { shared: true });
  const basins = await openBasins();
  const cyclePool = new CyclePool(basins, cpus().length);
  const role: ForecastRole = {
    pool,
    cyclePool,
    basins: new Map(basins.map(one => [one.model.basin as string, one])),
    runKind: 'scheduled',
    logger,
    owner: 'bench',
  };
  try {
    await migrate(pool);
    await prepare(pool, role, basins);
    const archived = basins.map(({ domain }) => ({ basin: domain.basin, stations: domain.stations, cellCount: domain.mesh.cellCount }));
    await startArchive(bus, { pool, runKind: 'scheduled', logger, basins: new Map(archived.map(one => [one.basin as string, one])) });
    await takeDueCycles(role, bus);
    const setting = { pool, bus, relay };
    process.stderr.write('prepared\n');
    const beats: number[] = [];
    for (let beat = 0; beat < BEATS; beat++) beats.push(await playBeat(setting, basins, beat));
    const arrivals: number[] = [];
    for (let k = 0; k < 5; k++) arrivals.push(await followOne(setting, basins[k]!, BEATS));
    const round = (values: readonly number[]) => values.map(value => Math.round(100 * value) / 100);
    const share = Math.max(...beats.slice(1)) / (BEAT_MS / 1000);
    process.stdout.write(
      `${JSON.stringify(
        {
          what: `${BASINS} basins of 383 cells and six stations due at once, Kafka and TimescaleDB, ${cpus().length} workers in one process; the first beat loads the kernels`,
          loadAverage: loadavg()[0],
          secondsABeat: round(beats),
          shareOfTheBeat: Math.round(1000 * share) / 1000,
          secondsFromLastObservationToForecast: round(arrivals),
        },
        null,
        2,
      )}\n`,
    );
  } finally {
    await bus.close(2_000);
    await cyclePool.close();
    await pool.end();
    await broker.stop();
    await database.stop();
    rmSync(folder, { recursive: true, force: true });
  }
}

await main();
