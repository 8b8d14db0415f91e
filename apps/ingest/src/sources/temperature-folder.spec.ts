import { mkdirSync, mkdtempSync, readFileSync, readdirSync, rmSync, utimesSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { modelPet } from '#apps/forecast';
import { LocalBus } from '#bus';
import { toLonLat, writeNetCdf, type LiveSource, type LoadedDomain } from '#config';
import { extraterrestrialRadiation, oudinPet } from '#forcing';
import { HOUR_MS, MINUTE_MS, centreOf, epochMs, parseIso, timeGrid, type EpochMs } from '#hydrology';
import { MARSHALL_PALMER, encodeGrib2, encodeGrib2Temperature } from '#observation';
import { createLogger } from '#runtime';
import { readTemperatures } from '#store';
import { loadCance } from '../../../../test/setup/flood-fixture.js';
import { openTestDatabase, type TestDatabase } from '../../../../test/setup/test-database.js';
import { startArchive } from '../archive.js';
import { collect } from '../collect.js';
import { RainDecoder } from '../decode/rain-decoder.js';
import { openFeed } from '../feeds/open-feed.js';

const DAY = parseIso('2014-11-04');
const hour = (k: number): EpochMs => epochMs(DAY + k * HOUR_MS);
/** Of a model of a tenth of a degree around the Cance. */
const GRID = { rows: 12, columns: 14, xMin: 3.9, yMax: 45.8, xResolution: 0.1, yResolution: 0.1 };
const CELLS = GRID.rows * GRID.columns;
/** °C of a run: warmer to the south and by the hour, later runs by 1 degree each. */
const warmth = (issue: number, k: number, latitude: number) => 4 + k / 6 + 3 * (45.8 - latitude) + issue / 6;
const fieldOf = (issue: number, k: number) =>
  Float32Array.from({ length: CELLS }, (_, cell) => warmth(issue, k, GRID.yMax - (Math.floor(cell / GRID.columns) + 0.5) / 10));

describe('a folder of the temperature of a weather model', () => {
  const decoder = new RainDecoder();
  const bus = new LocalBus();
  const root = mkdtempSync(join(tmpdir(), 'freshet-warmth-'));
  const folder = join(root, 'warmth');
  let domain: LoadedDomain;
  let database: TestDatabase;
  let latitudes: number[];

  const drop = (name: string, bytes: Uint8Array) => {
    writeFileSync(join(folder, name), bytes);
    utimesSync(join(folder, name), hour(0) / 1000 - 60, hour(0) / 1000 - 60);
  };
  const gribOf = (issue: number, k: number, more: object = {}) =>
    encodeGrib2Temperature({ grid: GRID, issued: hour(issue), at: hour(k), celsius: fieldOf(issue, k), ...more });
  /** A poll of the folder at an hour. */
  const pollAt = async (now: number) => {
    const settings: LiveSource = {
      ...{ id: 'warmth', kind: 'nwp-temperature-folder', enabled: true, every: 60_000, folder, reflectivity: MARSHALL_PALMER },
      ...{ minimumQuality: 0, unitMm: 1, polarCell: 1000, filters: {} },
    };
    const { source, inputs } = openFeed(settings, { domain, decoder, now: () => hour(now), services: new Map() });
    expect(inputs).toEqual([]);
    const collection = { bus, basin: domain.basin, source, sourceIds: { rain: 'warmth', gauges: 'warmth' }, stations: new Set<string>() };
    const collected = await collect(collection, { after: epochMs(0), until: hour(now) }, new AbortController().signal);
    await bus.idle();
    return collected;
  };
  const why = () =>
    Object.fromEntries(
      readdirSync(join(folder, 'failed'))
        .filter(name => name.endsWith('.txt'))
        .map(name => [name.replace('.txt', ''), readFileSync(join(folder, 'failed', name), 'utf8').split(':')[0]]),
    );

  beforeAll(async () => {
    mkdirSync(folder);
    [domain, database] = await Promise.all([loadCance(), openTestDatabase()]);
    latitudes = Array.from({ length: domain.mesh.cellCount }, (_, cell) => toLonLat(domain.projection, ...centreOf(domain.mesh, cell))[1]);
    const { basin, stations, mesh } = domain;
    const basins = new Map([[basin, { basin, stations, cellCount: mesh.cellCount }]]);
    await startArchive(bus, { pool: database.pool, basins, runKind: 'scheduled', logger: createLogger('silent') });
    // the run of 00:00 comes at 04:00, in one file with its rain and the temperature of another height; that of 06:00 at 10:00 in NetCDF
    const rain = encodeGrib2({ grid: GRID, issued: hour(0), from: hour(0), to: hour(3), depths: new Float32Array(CELLS).fill(7) });
    const high = gribOf(0, 3, { height: 80, celsius: new Float32Array(CELLS).fill(-40) });
    drop(
      'run00.grib2',
      Buffer.concat([rain, high, ...[0, 3, 6, 9, 12, 15, 18, 21, 24, 27, 30].map(k => gribOf(0, k, { northward: k === 6 }))]),
    );
    drop('rain.grib2', rain);
    drop('hot.grib2', encodeGrib2Temperature({ grid: GRID, issued: hour(0), at: hour(3), celsius: new Float32Array(CELLS).fill(400) }));
    await pollAt(4);
    const hours = [6, 12, 18, 24, 30, 36, 42, 48];
    const axis = (name: string, first: number, step: number, length: number) => ({
      ...{ name: name.slice(0, 3), type: '<d' as const, data: Float64Array.from({ length }, (_, k) => first + k * step), shape: [length] },
      attributes: { standard_name: name },
    });
    const time = { units: 'hours since 2014-11-04' };
    await writeNetCdf(join(folder, 'run06.nc'), {}, [
      { name: 'time', type: '<i', data: Int32Array.from(hours), shape: [hours.length], attributes: time },
      { name: 'run', type: '<i', data: Int32Array.of(6), shape: [1], attributes: { ...time, standard_name: 'forecast_reference_time' } },
      axis('latitude', 45.75, -0.1, 12),
      axis('longitude', 3.95, 0.1, 14),
      {
        ...{ name: 't2m', type: '<f', shape: [hours.length, 12, 14], dimensions: ['time', 'lat', 'lon'] },
        data: Float32Array.from(hours.flatMap(k => [...fieldOf(6, k)].map(degrees => degrees + 273.15))),
        attributes: { standard_name: 'air_temperature', units: 'K' },
      },
    ]);
    utimesSync(join(folder, 'run06.nc'), hour(0) / 1000 - 60, hour(0) / 1000 - 60);
    await pollAt(10);
  });
  afterAll(async () => {
    await Promise.all([decoder.close(), bus.close(1000)]);
    await database.close();
    rmSync(root, { recursive: true, force: true });
  });

  const read = (asOf: number) => readTemperatures(database.pool, { basin: 'cance', from: hour(-6), to: hour(60), asOf: hour(asOf) });

  it('is archived by run in degrees Celsius, only that at 2 m, and what is none has its reason beside it', async () => {
    const fields = await read(9);
    expect(fields.map(({ validTime, issued }) => [(validTime - DAY) / HOUR_MS, issued])).toEqual(
      [0, 3, 6, 9, 12, 15, 18, 21, 24, 27, 30].map(k => [k, DAY]),
    );
    fields.forEach(({ validTime, values }) => {
      values.forEach((degrees, cell) => {
        // a cell of the model is a tenth of a degree high: 0.15 °C to either side
        expect(Math.abs(degrees - warmth(0, (validTime - DAY) / HOUR_MS, latitudes[cell]!))).toBeLessThan(0.2);
      });
    });
    expect(why()).toEqual({ 'rain.grib2': 'QUANTITY_UNKNOWN', 'hot.grib2': 'TEMPERATURE_OUT_OF_RANGE' });
    expect((await database.pool.query('select count(*)::int as count from rain_forecast')).rows).toEqual([{ count: 0 }]);
  });

  it('is seen at each time by the newest run that had come', async () => {
    expect(await read(3.9)).toEqual([]);
    const runs = (await read(10)).map(({ validTime, issued }) => [(validTime - DAY) / HOUR_MS, (issued - DAY) / HOUR_MS]);
    expect(runs).toEqual([
      ...[0, 3].map(k => [k, 0]),
      [6, 6],
      [9, 0],
      [12, 6],
      [15, 0],
      [18, 6],
      [21, 0],
      [24, 6],
      [27, 0],
      ...[30, 36, 42, 48].map(k => [k, 6]),
    ]);
  });

  it('makes the PET of a cycle by Oudin, and says of which days that of the record stands in', async () => {
    const time = timeGrid(hour(-12), hour(36), 15 * MINUTE_MS);
    const pet = (asOf: number, issueTime = asOf) => modelPet(database.pool, domain, { time, issueTime: hour(issueTime), asOf: hour(asOf) });
    const record = domain.record.pet(time);
    expect(await pet(3)).toEqual({
      pet: record,
      because: 'PET of 2014-11-03, 2014-11-04, 2014-11-05 is that of the record: no temperature of a weather model covers it',
    });
    const early = await pet(5);
    expect(early.because).toBe('PET of 2014-11-03, 2014-11-05 is that of the record: no temperature of a weather model covers it');
    const { cellCount } = record;
    const sumOf = (values: Float32Array, cell: number, from: number, to: number) => {
      let sum = 0;
      for (let step = (from + 12) * 4; step < (to + 12) * 4; step++) sum += values[step * cellCount + cell]!;
      return sum;
    };
    for (const cell of [0, 100, cellCount - 1]) {
      const expected = oudinPet(warmth(0, 12, latitudes[cell]!), extraterrestrialRadiation(latitudes[cell]!, 308));
      expect(Math.abs(sumOf(early.pet.values, cell, 0, 24) / expected - 1)).toBeLessThan(0.02);
      expect(sumOf(early.pet.values, cell, -12, 0)).toBe(sumOf(record.values, cell, -12, 0));
    }
    expect((await pet(10)).because).toBe('PET of 2014-11-03 is that of the record: no temperature of a weather model covers it');
    expect((await pet(10, 24)).because).toMatch(/The newest temperature is of the run of 2014-11-04T06:00:00Z, 18 h old$/);
  });
});
