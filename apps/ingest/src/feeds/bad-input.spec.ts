import { randomBytes } from 'node:crypto';
import { lutimes, mkdir, mkdtemp, readFile, readdir, rm, symlink, utimes, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { gzipSync } from 'node:zlib';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { LocalBus } from '#bus';
import { toLonLat, type LiveSource, type LoadedDomain } from '#config';
import { HOUR_MS, epochMs, parseIso, type EpochMs } from '#hydrology';
import { encodeGrib2, encodeOdim } from '#observation';
import { createLogger } from '#runtime';
import { readFeedViews, readRejects } from '#store';
import { loadCance } from '../../../../test/setup/flood-fixture.js';
import { ManualPulse } from '../../../../test/setup/manual-pulse.js';
import { openTestDatabase, type TestDatabase } from '../../../../test/setup/test-database.js';
import { startArchive } from '../archive.js';
import { sha256 } from '../sources/remembered.js';
import { startFeeds, type RunningFeeds } from './start-feeds.js';

const NOW = parseIso('2014-11-04T06:00Z');
const BOMB = gzipSync(Buffer.alloc(300 * 2 ** 20)); // 300 kB that become 300 MB

/** What must never become an observation, by the name under which it is dropped. */
const GAUGE_FILES: Readonly<Record<string, string | Buffer>> = {
  'good.csv': row('2014-11-04T05:00:00Z', '41.5'),
  'bomb.csv.gz': BOMB,
  'entity.csv': '<!DOCTYPE lolz [<!ENTITY lol "lol">]><lolz>&lol;</lolz>',
  'html.csv': '<html>Our service moved</html>',
  'year-1970.csv': row('1970-01-01T00:00:00Z', '1'),
  'year-2099.csv': row('2099-01-01T00:00:00Z', '1'),
  'nan.csv': row('2014-11-04T05:00:00Z', 'NaN'),
  'infinite.csv': row('2014-11-04T05:00:00Z', '1e999'),
  'huge.csv': row('2014-11-04T05:00:00Z', '1e38'),
  'twice.csv.gz': gzipSync(gzipSync(row('2014-11-04T05:00:00Z', '1'))),
  'zip.csv': Buffer.from('PK\x03\x04 and what follows'),
  'zero-byte.csv': row('2014-11-04T05:00:00Z', '1', 'V35\u00002'),
  'long.csv': row('2014-11-04T05:00:00Z', '1', randomBytes(20_000).toString('hex')),
  'stranger.csv': row('2014-11-04T05:00:00Z', '1', 'X0000000'),
  '%2e%2e%2fetc%2fpasswd': 'root:x:0:0',
  'a b;rm -rf $HOME.csv': row('2014-11-04T05:00:00Z', '1'),
};

/** Of a model run, over the basin: nothing that fell. */
function forecast(): Uint8Array {
  const [issued, to] = [parseIso('2014-11-04T00:00Z'), parseIso('2014-11-04T05:00Z')];
  const grid = { rows: 10, columns: 10, xMin: 4, yMax: 45.6, xResolution: 0.1, yResolution: 0.1 };
  return encodeGrib2({ grid, issued, from: issued, to, depths: new Float32Array(100).fill(7) });
}

function row(time: string, value: string, station = 'V3524010'): string {
  return `station,time,value\n${station},${time},${value}\n`;
}

describe('bad input', () => {
  let root: string;
  let domain: LoadedDomain;
  let database: TestDatabase;
  let feeds: RunningFeeds;
  let pulse: ManualPulse;
  const bus = new LocalBus();
  const drop = async (folder: string, name: string, bytes: string | Uint8Array) => {
    await writeFile(join(root, folder, name), bytes);
    await utimes(join(root, folder, name), NOW / 1000 - 60, NOW / 1000 - 60);
  };
  const rain = (changes: Partial<Parameters<typeof encodeOdim>[0]>, depth = 1, end: EpochMs = parseIso('2014-11-04T05:00Z')) => {
    const { mesh, projection } = domain;
    return encodeOdim({
      ...{ projection: projection.definition, corner: toLonLat(projection, mesh.xMin, mesh.yMax), source: 'ORG:247' },
      ...{ rows: mesh.rows, columns: mesh.columns, xResolution: mesh.xResolution, yResolution: mesh.yResolution },
      ...{ from: epochMs(end - HOUR_MS), to: end, depths: new Float32Array(mesh.rows * mesh.columns).fill(depth) },
      ...changes,
    });
  };

  beforeAll(async () => {
    root = await mkdtemp(join(tmpdir(), 'freshet-bad-'));
    await Promise.all(['radar', 'gauges', 'xml'].map(folder => mkdir(join(root, folder))));
    [domain, database] = await Promise.all([loadCance(), openTestDatabase()]);
    for (const [name, content] of Object.entries(GAUGE_FILES)) await drop('gauges', name, content);
    await symlink('/etc/passwd', join(root, 'gauges', 'link.csv'));
    await lutimes(join(root, 'gauges', 'link.csv'), NOW / 1000 - 60, NOW / 1000 - 60);
    await drop('xml', 'entity.xml', '<!DOCTYPE x [<!ENTITY a SYSTEM "file:///etc/passwd">]><Collection>&a;</Collection>');
    await drop('xml', 'deep.xml', '<a>'.repeat(100_000));
    await drop('radar', 'good.h5', await rain({}));
    await drop('radar', 'bomb.h5.gz', BOMB);
    await drop('radar', 'no-end.h5', await rain({ rows: 2, columns: 1, depths: new Float32Array(2), xResolution: 1e300 }));
    await drop('radar', 'elsewhere.h5', await rain({ corner: [100, -60] }));
    await drop('radar', 'old.h5', await rain({}, 1, parseIso('1970-01-02')));
    await drop('radar', 'ahead.h5', await rain({}, 1, parseIso('2099-01-01')));
    await drop('radar', 'nothing-seen.h5', await rain({}, NaN));
    await drop('radar', 'deluge.h5', await rain({}, 500, parseIso('2014-11-04T04:00Z')));
    await drop('radar', 'huge.h5', await rain({}, 1e38, parseIso('2014-11-04T02:00Z')));
    await drop('radar', 'zip.h5', Buffer.from('PK\x03\x04 and what follows'));
    await drop('radar', 'twice.h5.gz', gzipSync(gzipSync(await rain({}))));
    await drop('radar', 'NUL.h5', await rain({}));
    await drop('radar', 'no-projection.h5', await rain({ projection: '+proj=nonsense' }));
    await drop('radar', 'forecast.grib2', forecast());
    const { basin, stations, mesh } = domain;
    const archived = new Map([[basin, { basin, stations, cellCount: mesh.cellCount }]]);
    const logger = createLogger('silent');
    await startArchive(bus, { pool: database.pool, basins: archived, runKind: 'scheduled', logger });
    pulse = new ManualPulse(NOW);
    const onDefect = (error: unknown) => {
      throw error;
    };
    feeds = await startFeeds({ pool: database.pool, bus, logger, owner: 'test', onDefect }, [withSources(domain)], pulse);
  });
  afterAll(async () => {
    await feeds.stop();
    await bus.close(1000);
    await database.close();
    await rm(root, { recursive: true, force: true });
  });

  function withSources(loaded: LoadedDomain): LoadedDomain {
    const common = { enabled: true, every: 60_000 };
    const gauges = {
      ...{ ...common, overlap: 0, reach: 0, quantities: ['Q' as const], credentials: [], timeout: 1000, largestMb: 64, pages: 1 },
      ...{ backOff: { first: 1000, longest: 1000 }, zoneMinutes: 0, parameters: {} },
    };
    const reflectivity = { a: 200, b: 1.6, floorDbz: 7, capDbz: 53 };
    const live: LiveSource[] = [
      {
        ...common,
        id: 'radar',
        kind: 'rain-folder',
        folder: join(root, 'radar'),
        reflectivity,
        minimumQuality: 0,
        unitMm: 1,
        polarCell: 1000,
        filters: {},
      },
      { ...gauges, id: 'xml', kind: 'waterml2', folder: join(root, 'xml') },
      {
        ...{ ...gauges, id: 'table', kind: 'csv', folder: join(root, 'gauges') },
        csv: {
          ...{ separator: ',', decimal: '.', time: 'time', timeFormat: 'iso', value: 'value', unit: 'm3/s', missing: [] },
          ...{ station: { column: 'station' }, variable: { fixed: 'Q' } },
        },
      },
    ];
    return { ...loaded, settings: { ...loaded.settings, sources: { ...loaded.settings.sources, live } } };
  }
  const reasons = async (folder: string): Promise<Record<string, string>> => {
    const failed = await readdir(join(root, folder, 'failed'));
    const texts = failed.filter(name => name.endsWith('.txt'));
    const read = await Promise.all(
      texts.map(async name => [name.slice(0, -4), (await readFile(join(root, folder, 'failed', name), 'utf8')).split(':')[0]!]),
    );
    return Object.fromEntries(read) as Record<string, string>;
  };

  it('of gauges lies in the failed folder with its reason, and what is good was taken', async () => {
    const all = Object.entries(await reasons('gauges'));
    const isHash = (name: string) => /^[0-9a-f]{16}$/.test(name); // names that cannot be written plainly
    expect(all.filter(([name]) => isHash(name)).map(([, code]) => code)).toEqual(['FILE_NAME_REFUSED', 'FILE_NAME_REFUSED']);
    const named = Object.fromEntries(all.filter(([name]) => !isHash(name)));
    expect(named).toEqual({
      'bomb.csv.gz': 'FILE_TOO_LARGE',
      'entity.csv': 'ANSWER_UNREADABLE',
      'html.csv': 'FIELD_MISSING',
      'huge.csv': 'GAUGE_OUT_OF_RANGE',
      'infinite.csv': 'GAUGE_NOT_A_NUMBER',
      'nan.csv': 'GAUGE_NOT_A_NUMBER',
      'link.csv': 'FILE_UNREADABLE',
      'long.csv': 'STATION_UNKNOWN',
      'zero-byte.csv': 'STATION_UNKNOWN',
      'stranger.csv': 'STATION_UNKNOWN',
      'twice.csv.gz': 'FILE_UNREADABLE',
      'zip.csv': 'FILE_UNREADABLE',
      'year-1970.csv': 'TIME_IMPLAUSIBLE',
      'year-2099.csv': 'TIME_IMPLAUSIBLE',
    });
    expect(await reasons('xml')).toEqual({ 'deep.xml': 'ANSWER_UNREADABLE', 'entity.xml': 'ENTITY_REFUSED' });
    expect((await readdir(join(root, 'gauges'))).sort()).toEqual(['archive', 'failed']); // a link is not followed
    expect((await database.pool.query('select value from observation')).rows).toEqual([{ value: 41.5 }]);
  });

  it('of rain lies in the failed folder with its reason, and what is good was taken', async () => {
    const { [sha256('NUL.h5').slice(0, 16)]: device, ...named } = await reasons('radar');
    expect(device).toBe('FILE_NAME_REFUSED');
    expect(named).toEqual({
      'huge.h5': 'RAIN_OUT_OF_RANGE',
      'zip.h5': 'FORMAT_UNKNOWN',
      'twice.h5.gz': 'FORMAT_UNKNOWN',
      'no-end.h5': 'FIELD_MISSING',
      'forecast.grib2': 'FORECAST_NOT_OBSERVED',
      'ahead.h5': 'TIME_IMPLAUSIBLE',
      'bomb.h5.gz': 'FILE_TOO_LARGE',
      'deluge.h5': 'RAIN_OUT_OF_RANGE',
      'elsewhere.h5': 'RAIN_WRONG_GRID',
      'no-projection.h5': 'PROJECTION_UNUSABLE',
      'nothing-seen.h5': 'RAIN_NOT_A_NUMBER',
      'old.h5': 'TIME_IMPLAUSIBLE',
    });
    const grids = await database.pool.query<{ mean_mm: number }>('select mean_mm from rain_grid');
    expect(grids.rows).toEqual([{ mean_mm: 1 }]);
  });

  it('is counted and shown where the feeds are', async () => {
    const { count, rejects } = await readRejects(database.pool, { basin: 'cance', runKind: 'scheduled', asOf: NOW }, 50);
    expect(count).toBeGreaterThanOrEqual(16 + 2 + 13);
    expect(new Set(rejects.map(({ source }) => source))).toEqual(new Set(['radar', 'table', 'xml']));
    const views = await readFeedViews(database.pool, 'cance', NOW);
    expect(views.map(({ source, state, brought }) => [source, state, brought['rejects']! > 0])).toEqual([
      ['radar', 'ok', true],
      ['table', 'ok', true],
      ['xml', 'ok', true],
    ]);
  });
});
