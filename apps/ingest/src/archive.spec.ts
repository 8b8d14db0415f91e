import { fileURLToPath } from 'node:url';
import { afterAll, beforeAll, beforeEach, describe, expect, it } from '@jest/globals';
import { LocalBus } from '#bus';
import { loadDomain, type DomainSettings, type LoadedDomain } from '#config';
import { DAY_MS, HOUR_MS, epochMs, linksOfGauges, parseIso, ratingCurve, stationId, type RatingCurve, type StationId } from '#hydrology';
import type { ObservationSource, RawGaugeValue, RawObservation } from '#observation';
import { createLogger } from '#runtime';
import { openTestDatabase, type TestDatabase } from '../../../test/setup/test-database.js';
import { startArchive } from './archive.js';
import { collect } from './collect.js';
import { createReplaySource, type Disturbance } from './sources/replay.js';

const FOLDER = fileURLToPath(new URL('.', import.meta.resolve('#domains/cance/domain.yaml')));
const FROM = parseIso('2014-10-13T00:00Z');
const TO = parseIso('2014-10-14T00:00Z');

describe('ingest, from source to store', () => {
  let domain: LoadedDomain;
  let database: TestDatabase;
  beforeAll(async () => {
    domain = await loadDomain(FOLDER);
    database = await openTestDatabase();
  });
  afterAll(() => database.close());
  beforeEach(() => database.pool.query('truncate observation, rain_grid, reject, outbox'));

  let settings: DomainSettings['quality'] = {};
  const ingest = async (source: ObservationSource, from = FROM, to = TO, ratings = new Map<StationId, RatingCurve>()) => {
    const bus = new LocalBus();
    const { basin, stations, mesh } = domain;
    const links = linksOfGauges(mesh, stations);
    const basins = new Map([[basin, { basin, stations, ratings, links, quality: settings, cellCount: mesh.cellCount }]]);
    await startArchive(bus, { pool: database.pool, basins, runKind: 'replay', logger: createLogger('silent') });
    const gauged = new Set<string>(stations.filter(station => station.gauged).map(station => station.id));
    const collection = { bus, basin, source, sourceIds: { rain: 'radar', gauges: 'gauges' }, stations: gauged };
    await collect(collection, { after: from, until: to }, new AbortController().signal);
    await bus.close(1000);
  };
  const query = async (sql: string) => (await database.pool.query<Record<string, unknown>>(sql)).rows;
  const listing = (...observations: RawObservation[]): ObservationSource => ({
    id: 'list',
    // eslint-disable-next-line @typescript-eslint/require-await -- the port is asynchronous
    poll: async function* () {
      yield* observations;
    },
  });
  const gauge = (changes: Partial<RawGaugeValue> = {}): RawGaugeValue => ({
    kind: 'gauge',
    station: 'V3524010',
    variable: 'Q',
    validTime: FROM,
    receivedAt: epochMs(FROM + 1),
    value: 10,
    unit: 'm3/s',
    ...changes,
  });

  it('archives the record with its received times, true floods as reliable', async () => {
    await ingest(createReplaySource(domain));
    expect(await query(`select count(*), min(received_at - valid_time)::text as age, max(flag) as flag from observation`)).toEqual([
      { count: 72, age: '00:20:00', flag: 0 },
    ]);
    expect(await query(`select count(*), max(received_at - valid_time)::text as age from rain_grid`)).toEqual([
      { count: 24, age: '00:15:00' },
    ]);
    expect(await query(`select count(*) from reject`)).toEqual([{ count: 0 }]);
  });

  it('leaves the same trace when everything comes twice, and announces it once', async () => {
    await ingest(createReplaySource(domain));
    const once = await query('select * from observation order by station, valid_time');
    await ingest(createReplaySource(domain));
    expect(await query('select * from observation order by station, valid_time')).toEqual(once);
    expect(await query(`select count(*) from outbox`)).toEqual([{ count: 24 }]);
  });

  it('judges a value alike whether it comes alone or in a packet of days', async () => {
    const spiked: RawObservation[] = [];
    for await (const one of createReplaySource(domain).poll({ after: FROM, until: TO }, new AbortController().signal)) {
      spiked.push(one.kind === 'gauge' && one.validTime % (5 * HOUR_MS) === 0 ? { ...one, value: one.value! * 40 } : one);
    }
    await ingest(listing(...spiked));
    const together = await query('select station, valid_time, flag, flag_source from observation order by station, valid_time, revision');
    await database.pool.query('truncate observation, rain_grid, reject, outbox');
    for (const one of spiked) await ingest(listing(one));
    expect(await query('select station, valid_time, flag, flag_source from observation order by station, valid_time, revision')).toEqual(
      together,
    );
    expect(together.some(row => row.flag !== 0)).toBe(true);
  });

  it('sees for how long a river has stood still, however its values come', async () => {
    const hours = Array.from({ length: 30 }, (_, hour) => epochMs(FROM + hour * HOUR_MS));
    const stuck = hours.map(validTime => gauge({ value: 50, validTime, receivedAt: epochMs(validTime + 1) }));
    for (const one of stuck) await ingest(listing(one));
    const doubted = await query(
      `select (extract(epoch from valid_time) * 1000)::float8 as time from observation where flag_source = 'SR' order by 1`,
    );
    expect(doubted.map(row => row['time'])).toEqual(hours.slice(25));
    await database.pool.query('truncate observation, rain_grid, reject, outbox');
    await ingest(listing(...stuck));
    expect(await query(`select from observation where flag_source = 'SR'`)).toHaveLength(5);
  });

  it('drops and delays what it is told to', async () => {
    const hours = (from: number, to: number) => ({ from: epochMs(FROM + from * HOUR_MS), to: epochMs(FROM + to * HOUR_MS) });
    const disturbances: Disturbance[] = [
      { input: 'rain', ...hours(2, 5), delayMs: null },
      { input: 'V3515010', ...hours(10, 12), delayMs: 3 * HOUR_MS },
    ];
    await ingest(createReplaySource(domain, disturbances));
    expect(await query(`select count(*) from rain_grid`)).toEqual([{ count: 21 }]);
    expect(await query(`select valid_time from observation where received_at - valid_time > '1 hour' order by valid_time`)).toEqual(
      [11, 12].map(hour => ({ valid_time: FROM + hour * HOUR_MS })),
    );
  });

  it('makes discharge of stage by the rating curve, and says beside the value when it lies beyond the gauged points', async () => {
    const curve = ratingCurve([{ from: FROM, to: null, stages: [0.5, 1, 2], discharges: [2, 10, 50], between: 'linear' }]);
    const stage = (minute: number, value: number | null, variable: 'Q' | 'H' = 'H') =>
      gauge({
        ...{ variable, value, unit: variable === 'H' ? 'm' : 'm3/s' },
        ...{ validTime: epochMs(FROM + minute * 60_000), receivedAt: epochMs(FROM + HOUR_MS) },
      });
    const values = [stage(-15, 1), stage(0, 1.5), stage(15, null), stage(30, 2.5), stage(45, 1.6), stage(45, 33, 'Q')];
    await ingest(listing(...values), FROM, TO, new Map([[stationId('V3524010'), curve]]));
    expect(await query(`select value, flag, flag_source from observation where variable = 'Q' order by valid_time`)).toEqual([
      { value: 30, flag: 0, flag_source: 'RC' },
      { value: null, flag: 9, flag_source: 'RC' },
      { value: 70, flag: 5, flag_source: 'RC RX' },
      { value: 33, flag: 0, flag_source: '' }, // its own discharge counts
    ]);
    expect(await query(`select count(*) from observation where variable = 'H'`)).toEqual([{ count: 5 }]);
    expect(await query('select code, message from reject')).toEqual([
      {
        code: 'RATING_MISSING',
        message: 'the rating curve of V3524010 has no table for 2014-10-12T23:45:00Z; add one to its file under ratings of domain.yaml',
      },
    ]);
  });

  it('checks a station as domain.yaml says, and doubts a jump by the factor between two units', async () => {
    const hours = [1, 2, 3].map(hour => ({ validTime: epochMs(FROM + hour * HOUR_MS), receivedAt: epochMs(FROM + hour * HOUR_MS) }));
    const values = [1.2, 1.25, 0.00124].map((value, k) => gauge({ station: 'V3517010', value, ...hours[k]! }));
    const flags = async () => (await query(`select flag, flag_source from observation order by valid_time`)).map(row => Object.values(row));
    await ingest(listing(...values));
    expect(await flags()).toEqual([
      [0, ''],
      [0, ''],
      [3, 'UF'],
    ]);
    await database.pool.query('truncate observation, reject, outbox');
    settings = { V3517010: { off: ['UF'], hardMax: 1.22 } };
    await ingest(listing(...values));
    settings = {};
    expect(await flags()).toEqual([
      [0, ''],
      [6, 'HX'],
      [0, ''],
    ]);
  });

  it('doubts a spike when the next value has come, as a revision of the value, or at once in a packet', async () => {
    const spiked = [20, 21, 60, 22].map((value, hour) => gauge({ value, validTime: epochMs(FROM + hour * HOUR_MS) }));
    const alone = spiked.map(value => ({ ...value, receivedAt: epochMs(value.validTime + 60_000) }));
    const flags = async () =>
      (await query(`select value, revision, flag, flag_source from observation order by valid_time, revision`)).map(Object.values);
    for (const one of alone) await ingest(listing(one));
    await ingest(listing(...alone)); // everything once more changes nothing
    const revised = [20, 21, 60, 60, 22].map((value, k) => (k === 3 ? [value, 1, 3, 'SP'] : [value, 0, 0, '']));
    expect(await flags()).toEqual(revised);
    const [revision] = await query(`select extract(epoch from received_at) * 1000 as at from observation where revision = 1`);
    expect(Number(revision!['at'])).toBe(alone[3]!.receivedAt);
    await database.pool.query('truncate observation, reject, outbox');
    await ingest(listing(...alone));
    expect(await flags()).toEqual(revised);
    await database.pool.query('truncate observation, reject, outbox');
    await ingest(listing(...[...spiked].reverse().map(one => ({ ...one, receivedAt: epochMs(FROM + DAY_MS) }))));
    expect(await flags()).toEqual(revised.filter((_, k) => k !== 2).map(([value, , flag, source]) => [value, 0, flag, source]));
  });

  it('doubts a gauge that its neighbours contradict, whichever message brings it', async () => {
    const hours = Array.from({ length: 26 }, (_, hour) => hour);
    const stations = { V3524010: 0.4, V3515010: 8, V3517010: 2 };
    const values = hours.flatMap(hour =>
      Object.entries(stations).map(([station, value]) =>
        gauge({
          station,
          value: value + hour / 1000,
          validTime: epochMs(FROM + hour * HOUR_MS),
          receivedAt: epochMs(FROM + hour * HOUR_MS + 60_000),
        }),
      ),
    );
    const doubted = () => query(`select station, count(*)::integer as count from observation where flag_source = 'SH' group by station`);
    await ingest(listing(...values));
    expect(await doubted()).toEqual([{ station: 'V3524010', count: 5 }]); // from the hour on that the window is known to both its ends
    await database.pool.query('truncate observation, reject, outbox');
    for (const value of values.toReversed().sort((a, b) => a.validTime - b.validTime)) await ingest(listing(value));
    expect(await doubted()).toEqual([{ station: 'V3524010', count: 5 }]);
  });

  it('doubts a stage that stepped while the discharge beside it did not, and what a curve makes of it', async () => {
    const curve = ratingCurve([{ from: FROM, to: null, stages: [0.5, 1, 3], discharges: [2, 10, 50], between: 'linear' }]);
    const values = [0, 1, 2].flatMap(hour => {
      const time = { validTime: epochMs(FROM + hour * HOUR_MS), receivedAt: epochMs(FROM + hour * HOUR_MS + 60_000) };
      const [stage, neighbour] = [
        gauge({ ...time, variable: 'H', unit: 'm', value: hour < 2 ? 1 : 2.1 }),
        gauge({ ...time, station: 'V3515010', value: 6 }),
      ];
      return [stage, neighbour];
    });
    await ingest(listing(...values), FROM, TO, new Map([[stationId('V3524010'), curve]]));
    expect(
      await query(`select variable, value, flag, flag_source from observation where flag_source like '%DS%' order by variable`),
    ).toEqual([
      { variable: 'H', value: 2.1, flag: 3, flag_source: 'DS' },
      { variable: 'Q', value: 32, flag: 5, flag_source: 'DS RC' },
    ]);
  });

  it('names what it refuses, keeps it and goes on with the rest of the packet', async () => {
    const rain = { kind: 'rain' as const, validTime: FROM, durationMs: HOUR_MS, receivedAt: epochMs(FROM + 2) };
    await ingest(
      listing(
        gauge({ value: Number.NaN }),
        gauge({ station: 'X9' }),
        gauge({ station: 'V3515010', unit: 'l/s', value: 5000 }),
        gauge({ station: 'V3517010', value: -3 }),
        gauge({ value: 11, validTime: epochMs(FROM - HOUR_MS) }),
        { ...rain, values: new Float32Array(383).fill(-1) },
        { ...rain, validTime: epochMs(FROM + HOUR_MS), values: new Float32Array(12) },
        { ...rain, validTime: epochMs(FROM + 2 * HOUR_MS), values: new Float32Array(383).fill(0.5), alteredBy: ['speckle' as const] },
        {
          kind: 'reject',
          input: 'rain',
          subject: 'cut.h5',
          receivedAt: epochMs(FROM + 3),
          code: 'FILE_UNREADABLE',
          message: 'cut.h5 is cut short',
        },
      ),
    );
    expect((await query('select code from reject order by code')).map(row => row.code)).toEqual([
      'FILE_UNREADABLE',
      'GAUGE_NOT_A_NUMBER',
      'GAUGE_OUT_OF_RANGE',
      'GAUGE_UNIT_WRONG',
      'RAIN_NEGATIVE',
      'RAIN_WRONG_GRID',
      'STATION_UNKNOWN',
    ]);
    expect(await query(`select station, value, flag, flag_source from observation order by station`)).toEqual([
      { station: 'V3517010', value: -3, flag: 6, flag_source: 'HN' },
      { station: 'V3524010', value: 11, flag: 0, flag_source: '' },
    ]);
    expect(await query('select mean_mm, flag, flag_source from rain_grid')).toEqual([{ mean_mm: 0.5, flag: 1, flag_source: 'SPECKLE' }]);
    const [file] = await query(`select source, message from reject where code = 'FILE_UNREADABLE'`);
    expect(file).toEqual({ source: 'radar', message: 'cut.h5 is cut short' });
  });
});
