import { mkdirSync, mkdtempSync, readFileSync, readdirSync, rmSync, utimesSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { LocalBus } from '#bus';
import { toLonLat, writeNetCdf, type LiveSource, type LoadedDomain } from '#config';
import { deaccumulate } from '#forcing';
import { HOUR_MS, centreOf, epochMs, parseIso } from '#hydrology';
import { MARSHALL_PALMER, encodeGrib2 } from '#observation';
import { createLogger } from '#runtime';
import { readRainForecasts } from '#store';
import { loadCance } from '../../../../test/setup/flood-fixture.js';
import { openTestDatabase, type TestDatabase } from '../../../../test/setup/test-database.js';
import { startArchive } from '../archive.js';
import { collect } from '../collect.js';
import { RainDecoder } from '../decode/rain-decoder.js';
import { openFeed } from '../feeds/open-feed.js';

const ISSUED = parseIso('2014-11-04');
const NOW = epochMs(ISSUED + 4 * HOUR_MS);
/** Of a model of a tenth of a degree around the Cance. */
const GRID = { rows: 12, columns: 14, xMin: 3.9, yMax: 45.8, xResolution: 0.1, yResolution: 0.1 };
/** mm an hour: more in the south-east. */
const rate = (longitude: number, latitude: number) => 1 + 2 * (longitude - 3.9) + (45.8 - latitude);

describe('a folder of the runs of a weather model', () => {
  const decoder = new RainDecoder();
  const bus = new LocalBus();
  const root = mkdtempSync(join(tmpdir(), 'freshet-nwp-'));
  const folder = join(root, 'nwp');
  let domain: LoadedDomain;
  let database: TestDatabase;

  const field = (hours: number) =>
    Float32Array.from({ length: GRID.rows * GRID.columns }, (_, k) => {
      const [row, column] = [Math.floor(k / GRID.columns), k % GRID.columns];
      return hours * rate(GRID.xMin + (column + 0.5) / 10, GRID.yMax - (row + 0.5) / 10);
    });
  const settle = (name: string) => {
    utimesSync(join(folder, name), NOW / 1000 - 60, NOW / 1000 - 60);
  };
  const drop = (name: string, bytes: Uint8Array) => {
    writeFileSync(join(folder, name), bytes);
    settle(name);
  };
  const sumTo = (lead: number, more: object = {}) =>
    encodeGrib2({ grid: GRID, issued: ISSUED, from: ISSUED, to: epochMs(ISSUED + lead * HOUR_MS), depths: field(lead), ...more });

  beforeAll(async () => {
    mkdirSync(folder);
    [domain, database] = await Promise.all([loadCance(), openTestDatabase()]);
    for (const lead of [1, 2, 3, 6]) drop(`model_${lead}.grib2`, sumTo(lead, { northward: lead === 2 }));
    drop('analysis.grib2', encodeGrib2({ grid: GRID, issued: ISSUED, from: epochMs(ISSUED - HOUR_MS), to: ISSUED, depths: field(1) }));
    drop('member.grib2', sumTo(1, { member: 7 }));
    await writeNetCdf(join(folder, 'later.nc'), {}, [
      { name: 'time', type: '<i', data: Int32Array.of(9, 10), shape: [2], attributes: { units: 'hours since 2014-11-04' } },
      {
        name: 'run',
        type: '<i',
        data: Int32Array.of(0),
        shape: [1],
        attributes: { units: 'hours since 2014-11-04', standard_name: 'forecast_reference_time' },
      },
      {
        name: 'lat',
        type: '<d',
        data: Float64Array.from({ length: 12 }, (_, k) => 45.75 - k / 10),
        shape: [12],
        attributes: { standard_name: 'latitude' },
      },
      {
        name: 'lon',
        type: '<d',
        data: Float64Array.from({ length: 14 }, (_, k) => 3.95 + k / 10),
        shape: [14],
        attributes: { standard_name: 'longitude' },
      },
      {
        ...{
          name: 'tp',
          type: '<f',
          data: Float32Array.of(...field(1), ...field(1)),
          shape: [2, 12, 14],
          dimensions: ['time', 'lat', 'lon'],
        },
        attributes: { standard_name: 'precipitation_amount', units: 'kg m-2' },
      },
    ]);
    settle('later.nc');
    const { basin, stations, mesh } = domain;
    const basins = new Map([[basin, { basin, stations, cellCount: mesh.cellCount }]]);
    await startArchive(bus, { pool: database.pool, basins, runKind: 'scheduled', logger: createLogger('silent') });
  });
  afterAll(async () => {
    await Promise.all([decoder.close(), bus.close(1000)]);
    await database.close();
    rmSync(root, { recursive: true, force: true });
  });

  it('is kept by run, and becomes rain of each interval on the mesh with its volume', async () => {
    const settings: LiveSource = {
      ...{ id: 'model', kind: 'nwp-folder', enabled: true, every: 60_000, folder, reflectivity: MARSHALL_PALMER },
      ...{ minimumQuality: 0, unitMm: 1, polarCell: 1000, filters: {} },
    };
    const { source, inputs } = openFeed(settings, { domain, decoder, now: () => NOW, services: new Map() });
    expect(inputs).toEqual([]); // rain that is expected makes no input fresh
    const sourceIds = { rain: 'model', gauges: 'model' };
    await collect(
      { bus, basin: domain.basin, source, sourceIds, stations: new Set() },
      { after: epochMs(0), until: NOW },
      new AbortController().signal,
    );
    await bus.idle();
    const grids = await readRainForecasts(database.pool, {
      basin: 'cance',
      from: ISSUED,
      to: epochMs(ISSUED + 24 * HOUR_MS),
      asOf: NOW,
      runs: 3,
    });
    expect(grids.map(({ issued, validTime, durationMs }) => [issued, (validTime - ISSUED) / HOUR_MS, durationMs / HOUR_MS])).toEqual([
      ...[1, 2, 3, 6].map(lead => [ISSUED, lead, lead]),
      ...[9, 10].map(end => [ISSUED, end, 1]),
    ]);
    const each = deaccumulate(grids).sort((a, b) => a.validTime - b.validTime);
    expect(each.map(({ durationMs }) => durationMs / HOUR_MS)).toEqual([1, 1, 1, 3, 1, 1]);
    const expected = Array.from({ length: domain.mesh.cellCount }, (_, cell) =>
      rate(...toLonLat(domain.projection, ...centreOf(domain.mesh, cell))),
    );
    const volume = expected.reduce((sum, depth) => sum + depth, 0);
    for (const { values, durationMs } of each) {
      const sum = values.reduce((total, depth) => total + depth, 0) / (durationMs / HOUR_MS);
      expect(Math.abs(sum / volume - 1)).toBeLessThan(0.02); // a cell of the model is as large as 90 of the mesh
    }
    expect((await database.pool.query('select count(*)::int as count from rain_grid')).rows).toEqual([{ count: 0 }]);
    const reasons = readdirSync(join(folder, 'failed')).filter(name => name.endsWith('.txt'));
    expect(reasons.map(name => [name, readFileSync(join(folder, 'failed', name), 'utf8').split(':')[0]])).toEqual([
      ['analysis.grib2.txt', 'FIELD_MISSING'],
      ['member.grib2.txt', 'MEMBER_NOT_READ'],
    ]);
  });
});
