import { fileURLToPath } from 'node:url';
import { afterAll, beforeAll, beforeEach, describe, expect, it } from '@jest/globals';
import { LocalBus } from '#bus';
import { loadDomain, type LoadedDomain } from '#config';
import { HOUR_MS, MINUTE_MS, epochMs, parseIso, type EpochMs } from '#hydrology';
import { RAIN_GAUGE_LIMITS, type RawObservation, type RawRainDepth } from '#observation';
import { createLogger } from '#runtime';
import { decideVerdict, inTransaction, readRainGauges, type Decision } from '#store';
import { openTestDatabase, type TestDatabase } from '../../../test/setup/test-database.js';
import { archivedRainGauges } from './archive-rain-gauges.js';
import { startArchive } from './archive.js';
import { collect } from './collect.js';

const FOLDER = fileURLToPath(new URL('.', import.meta.resolve('#domains/cance/domain.yaml')));
const NOON = parseIso('2014-11-04T12:00Z');
const QUARTER = 15 * MINUTE_MS;

describe('rain gauges, from source to store', () => {
  let domain: LoadedDomain;
  let database: TestDatabase;
  beforeAll(async () => {
    domain = await loadDomain(FOLDER);
    database = await openTestDatabase();
  });
  afterAll(() => database.close());
  beforeEach(() => database.pool.query('truncate rain_gauge, rain_grid, reject, verdict'));

  const depth = (k: number, value: number | null, station = 'R1', latencyMs = 20 * MINUTE_MS): RawRainDepth => {
    const validTime = epochMs(NOON + k * QUARTER);
    return { kind: 'rain-gauge', station, validTime, durationMs: QUARTER, receivedAt: epochMs(validTime + latencyMs), value };
  };
  const radar = (hour: number, mm: number, latencyMs = 15 * MINUTE_MS): RawObservation => {
    const validTime = epochMs(NOON + hour * HOUR_MS);
    const values = new Float32Array(domain.mesh.cellCount).fill(mm);
    return { kind: 'rain', validTime, durationMs: HOUR_MS, receivedAt: epochMs(validTime + latencyMs), values };
  };
  const ingest = async (observations: RawObservation[], atOnce = true) => {
    const bus = new LocalBus();
    const { basin, stations, mesh } = domain;
    const rainGauges = new Map([['R1', { cell: 5, limits: RAIN_GAUGE_LIMITS }]]);
    const basins = new Map([[basin, { basin, stations, rainGauges, cellCount: mesh.cellCount }]]);
    await startArchive(bus, { pool: database.pool, basins, runKind: 'replay', logger: createLogger('silent') });
    const pieces = atOnce ? [observations] : observations.map(one => [one]);
    for (const piece of pieces) {
      const source = {
        id: 'list',
        // eslint-disable-next-line @typescript-eslint/require-await -- the port is asynchronous
        poll: async function* () {
          yield* piece;
        },
      };
      const collection = {
        bus,
        basin,
        source,
        sourceIds: { rain: 'radar', gauges: 'g', rainGauges: 'rain-gauges' },
        stations: new Set<string>(),
      };
      await collect(collection, { after: NOON, until: epochMs(NOON + HOUR_MS) }, new AbortController().signal);
    }
    await bus.close(1000);
  };
  const at = (k: number): EpochMs => epochMs(NOON + k * QUARTER);
  const query = async (sql: string) => (await database.pool.query<Record<string, unknown>>(sql)).rows;
  const flags = async () =>
    (await query('select valid_time, flag, flag_source from rain_gauge order by valid_time')).map(row =>
      `${((row['valid_time'] as EpochMs) - NOON) / QUARTER} ${String(row['flag'])} ${String(row['flag_source'])}`.trim(),
    );

  it('keep what was sent, dry and missing apart, by their source and receipt', async () => {
    await ingest([depth(0, 0), depth(1, null), depth(2, 1.4)]);
    expect(
      await query(`select depth_mm, flag, source, (received_at - valid_time)::text as age from rain_gauge order by valid_time`),
    ).toEqual([
      { depth_mm: 0, flag: 0, source: 'rain-gauges', age: '00:20:00' },
      { depth_mm: null, flag: 9, source: 'rain-gauges', age: '00:20:00' },
      { depth_mm: 1.4, flag: 0, source: 'rain-gauges', age: '00:20:00' },
    ]);
  });

  it('name a gauge that is not set up, beside what is archived of the others', async () => {
    await ingest([depth(0, 1), depth(0, 1, 'R9')]);
    expect(await flags()).toEqual(['0 0']);
    expect(await query('select code, message from reject')).toEqual([
      { code: 'STATION_UNKNOWN', message: 'rain of R9 at 2014-11-04T12:00:00Z: this basin has no such rain gauge; it has R1' },
    ]);
  });

  it('are doubted when they stay dry under a radar that sees plenty, from when that was known', async () => {
    const dry = Array.from({ length: 14 }, (_, k) => depth(k - 11, 0));
    const rain = [radar(-2, 2), radar(-1, 2), radar(0, 2)];
    await ingest([...rain, ...dry]);
    const expected = ['-11 0', '-10 0', '-9 0', '-8 0', '-7 0', '-6 0', '-5 0', '-4 0', '-3 0', '-2 0', '-1 0', '0 3 BL', '1 0', '2 0'];
    expect(await flags()).toEqual(expected);
    await ingest([...rain, ...dry]); // the same again
    expect(await flags()).toEqual(expected);
    await database.pool.query('truncate rain_gauge');
    await ingest(dry, false); // a message each
    expect(await flags()).toEqual(expected);
  });

  it('are not judged by radar that came later', async () => {
    await ingest([radar(-2, 2), radar(-1, 2), radar(0, 2, 6 * HOUR_MS), ...Array.from({ length: 12 }, (_, k) => depth(k - 11, 0))]);
    expect((await flags()).at(-1)).toBe('0 0');
  });

  it('take their limits from domain.yaml', () => {
    const quality = { off: ['BL' as const], softMax: 60, sameReading: HOUR_MS };
    const gauge = { ...{ id: 'R1' as never, name: 'R1', longitude: 0, latitude: 0, cell: 7 }, source: undefined, code: 'R1', quality };
    expect(archivedRainGauges([gauge]).get('R1')).toEqual({
      cell: 7,
      limits: { ...RAIN_GAUGE_LIMITS, off: ['BL'], softMax: 60, sameReadingMs: HOUR_MS },
    });
  });

  it('are trusted or rejected by operators, those to come included; what was known before stays known', async () => {
    await ingest([depth(0, 0.2), depth(1, 300), depth(2, 0.4)]);
    const sent = await flags();
    const decide = (decision: Decision, from: number, to: number | null) =>
      inTransaction(database.pool, client =>
        decideVerdict(client, {
          ...{ basin: domain.basin, station: 'R1', variable: 'P', decision, reason: 'funnel blocked', by: 'M. Durand' },
          ...{ from: at(from), to: to === null ? null : at(to), at: at(8) },
        }),
      );
    const known = async (asOf: number) => {
      const [series] = await readRainGauges(database.pool, { basin: domain.basin, from: at(-1), to: at(20), asOf: at(asOf) });
      return [...series!.flags];
    };
    expect(await decide('reject', -1, 0)).toMatchObject({ values: 1 });
    expect(await decide('trust', 0, 1)).toMatchObject({ values: 1 });
    expect(await decide('reject', 1, null)).toMatchObject({ values: 1 });
    expect(await known(8)).toEqual([6, 1, 6]);
    expect(await known(7)).toEqual([0, 6, 0]);
    await ingest([depth(3, 0.1), depth(2, 0.4, 'R1', 3 * HOUR_MS)]); // one to come, one that comes again
    expect(await known(20)).toEqual([6, 1, 6, 6]);
    expect((await query('select flag_source from rain_gauge where verdict is not null')).map(row => row['flag_source'])).toContain(
      'MAN HX',
    );
    await decide('checks', -1, null);
    expect(await known(20)).toEqual([0, 6, 0, 0]);
    expect(sent).toEqual(['0 0', '1 6 HX', '2 0']);
  });
});
