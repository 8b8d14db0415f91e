import { mkdir, mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { afterAll, beforeAll, beforeEach, describe, expect, it } from '@jest/globals';
import h5wasm from 'h5wasm/node';
import { buildMesh, parseIso, timeGrid, HOUR_MS, stationId } from '#hydrology';
import { importSmash, loadDomain, readSmashWindow, requireForecastable, requireGauges, type ImportSummary } from './index.js';
import { writeGeoTiff } from './raster.js';
import { readSmashDataset } from './smash-dataset.js';

/** Three rows of four cells: two streams that meet at (1, 3) and leave at (2, 3); (0, 3) and (2, 0…2) are not active. */
const DIRECTIONS = [3, 3, 4, 0, 3, 3, 3, 5, 0, 0, 0, 5];
const ACTIVE = [1, 1, 1, 0, 1, 1, 1, 1, 0, 0, 0, 1];
const GEOMETRY = { epsg: 2154, xMin: 813_000, yMax: 6_478_000, xResolution: 1000, yResolution: 1000 };
const NO_DATA = 65_535;

const stampOf = (hour: number): string => `20141219${String(hour).padStart(2, '0')}00`;

/** A data set as SMASH lays it out: rain of hours 0, 1 and 3 (2 is missing), PET of two days, one gauge at the outlet. */
async function writeDataset(folder: string): Promise<void> {
  for (const sub of ['prcp', 'pet', 'qobs', 'descriptor']) await mkdir(join(folder, sub), { recursive: true });
  for (const hour of [0, 1, 3]) {
    const depth = Array.from({ length: 12 }, (_, k) => (k === 5 ? NO_DATA : k === 6 ? -99 : 10 * hour + k));
    await raster(join(folder, `prcp/rain_precipitation_${stampOf(hour)}_${stampOf(hour)}.tif`), depth);
  }
  for (const day of ['1218', '1231'])
    await raster(join(folder, `pet/${day}_ETPJIA.tif`), new Array<number>(12).fill(day === '1218' ? 2 : 1));
  await raster(
    join(folder, 'descriptor/dd.tif'),
    Array.from({ length: 12 }, (_, k) => k / 2),
  );
  await writeFile(join(folder, 'qobs', 'A0000001.csv'), `201412190000\n1.5\n-99.000\n3.25\n`);
  await writeFile(join(folder, 'gauge_attributes.csv'), 'code,x,y,area\nA0000001,816400,6475600,9.2\n');
  await writeFile(join(folder, 'setup_Toy.yaml'), 'dt: 3_600\nprcp_conversion_factor: 0.1\ndescriptor_name: ["dd"]\n');
  await writeMesh(join(folder, 'mesh_Toy.hdf5'));
}

const raster = async (path: string, values: readonly number[]): Promise<void> => {
  await writeGeoTiff(path, { values: Float32Array.from(values), rows: 3, columns: 4, noData: NO_DATA }, GEOMETRY);
};

/** The same data set in daily steps, as SMASH lays out the Lez: two days, each file stamped by the end of its day. */
async function makeDaily(folder: string): Promise<void> {
  for (const sub of ['prcp', 'pet']) {
    await rm(join(folder, sub), { recursive: true });
    await mkdir(join(folder, sub));
  }
  await writeFile(join(folder, 'setup_Toy.yaml'), 'dt: 86_400\n');
  await writeFile(join(folder, 'qobs', 'A0000001.csv'), '20141219\n1.5\n-99.0\n3.25\n');
  for (const [k, day] of ['20141220', '20141221'].entries()) {
    await raster(join(folder, `prcp/${day}0000_PT.tif`), new Array<number>(12).fill(1.234 * (k + 1)));
    await raster(join(folder, `pet/${day}0000_ETP.tif`), new Array<number>(12).fill(3 + k));
  }
}

async function writeMesh(path: string, gauges = 1): Promise<void> {
  await h5wasm.ready;
  const file = new h5wasm.File(path, 'w');
  const mesh = file.create_group('mesh');
  const field = (name: string, values: readonly number[]): void => {
    mesh.create_dataset({ name, data: Int32Array.from(values), dtype: '<i', shape: [3, 4] });
  };
  field('active_cell', ACTIVE);
  field('flwdir', DIRECTIONS);
  field('flwacc', ACTIVE);
  field('flwpar', ACTIVE);
  mesh.create_dataset({ name: 'code', data: ['A0000001'], dtype: 'S8', shape: [1] });
  mesh.create_dataset({ name: 'gauge_pos', data: Int32Array.of(2, 3), dtype: '<i', shape: [1, 2] });
  const numbers = { epsg: 2154, nrow: 3, ncol: 4, ng: gauges, xmin: 813_000, ymax: 6_478_000, xres: 1000, yres: 1000 };
  for (const [name, value] of Object.entries(numbers)) mesh.create_attribute(name, value);
  file.close();
}

describe('importSmash', () => {
  let folder = '';
  let dataset = '';
  let out = '';
  beforeAll(async () => {
    folder = await mkdtemp(join(tmpdir(), 'freshet-smash-'));
  });
  afterAll(async () => {
    await rm(folder, { recursive: true });
  });
  beforeEach(async () => {
    dataset = await mkdtemp(join(folder, 'dataset-'));
    out = join(dataset, 'out');
    await writeDataset(dataset);
  });

  const run = (names?: string): Promise<ImportSummary> =>
    importSmash({ dataset, out, virtualStations: 1, onProgress: () => undefined, ...(names === undefined ? {} : { names }) });

  it('makes a domain that loads, with what the data set says', async () => {
    const summary = await run();
    expect(summary).toMatchObject({ basin: 'toy', cells: 8, petDays: 2, thresholds: [] });
    expect(summary.rain).toEqual({
      from: '2014-12-19T00:00:00Z',
      to: '2014-12-19T03:00:00Z',
      steps: 4,
      missing: ['2014-12-19T02:00:00Z'],
      badValues: 3,
    });
    const domain = await loadDomain(out);
    expect(domain.stations.map(({ id, gauged, areaM2 }) => [id, gauged, areaM2 / 1e6])).toEqual([['A0000001', true, 9.2]]); // the confluence of 7 km² tells nothing that the gauge of 8 km² does not
    expect(domain.descriptors.get('drainage_density')![0]).toBe(0);
  });

  it('keeps missing rain missing: an hour as a whole, a cell without data, a negative depth', async () => {
    await run();
    const { mesh, record } = await loadDomain(out);
    const grids = record.rain(parseIso('2014-12-18T23:00Z'), parseIso('2014-12-19T03:00Z'));
    expect(grids.map(grid => grid.validTime)).toEqual(['2014-12-19T00:00Z', '2014-12-19T01:00Z', '2014-12-19T03:00Z'].map(parseIso));
    const depthAt = (row: number, column: number): number =>
      grids[1]!.values[mesh.row.findIndex((r, c) => r === row && mesh.column[c] === column)]!;
    expect(depthAt(0, 0)).toBeCloseTo(1, 6);
    expect(depthAt(2, 3)).toBeCloseTo(2.1, 6);
    expect(depthAt(1, 1)).toBeNaN();
    expect(depthAt(1, 2)).toBeNaN();
  });

  it('applies the PET of a file to the day after it, over the turn of the year', async () => {
    await run();
    const { record } = await loadDomain(out);
    const depthOf = (day: string): number => {
      const from = parseIso(day);
      return (
        record
          .pet(timeGrid(from, parseIso(new Date(from + 86_400_000).toISOString()), HOUR_MS))
          .values.reduce((sum, depth) => sum + depth, 0) / 8
      );
    };
    expect(depthOf('2014-12-19')).toBeCloseTo(2, 5);
    expect(depthOf('2015-01-01')).toBeCloseTo(1, 5);
  });

  it('leaves missing discharge out', async () => {
    await run();
    const { record } = await loadDomain(out);
    const series = record.discharge(stationId('A0000001'), parseIso('2014-12-18'), parseIso('2014-12-20'));
    expect([...series.times]).toEqual(['2014-12-19T00:00Z', '2014-12-19T02:00Z'].map(parseIso));
    expect([...series.values]).toEqual([1.5, 3.25]);
  });

  it('takes names from a table', async () => {
    const names = join(dataset, 'names.csv');
    await writeFile(names, 'id,name,river\nA0000001,"Toy, at the mill",Toy\n');
    await run(names);
    const domain = await loadDomain(out);
    expect(domain.name).toBe('Toy, at the mill');
    expect(domain.stations[0]).toMatchObject({ name: 'Toy, at the mill', river: 'Toy' });
    await expect(run(join(dataset, 'none.csv'))).rejects.toMatchObject({ code: 'COMMAND_INVALID' });
  });

  it.each([
    ['setup_Toy.yaml', 'holds 0 files like'],
    ['mesh_Toy.hdf5', 'holds 0 files like'],
    ['qobs/A0000001.csv', 'there is no discharge file'],
  ])('names what is missing: %s', async (file, message) => {
    await rm(join(dataset, file));
    await expect(run()).rejects.toMatchObject({ code: 'DATASET_INVALID', message: expect.stringContaining(message) as unknown });
  });

  it('names a corrupt raster and a bad line of discharge', async () => {
    await writeFile(join(dataset, 'qobs', 'A0000001.csv'), '201412190000\n1.5\nhigh\n');
    await expect(run()).rejects.toThrow('A0000001.csv line 3 is not a number: "high"');
    const path = join(dataset, 'prcp', `rain_precipitation_${stampOf(1)}_${stampOf(1)}.tif`);
    await writeFile(path, (await readFile(path)).subarray(0, 100));
    await expect(run()).rejects.toMatchObject({ code: 'FILE_UNREADABLE', message: expect.stringContaining(path) as unknown });
  });

  it('reads the first steps without writing a domain, hours shared out to quarters, a missing hour missing', async () => {
    const { mesh, time, rain, pet } = await readSmashWindow(dataset, { stepMs: 900_000, steps: 12 });
    expect([mesh.cellCount, time.start, time.count]).toEqual([8, parseIso('2014-12-19'), 12]);
    const cell = mesh.row.findIndex((row, k) => row === 2 && mesh.column[k] === 3);
    const of = (values: Float32Array): number[] => Array.from({ length: 12 }, (_, step) => values[step * 8 + cell]!);
    const quarter = (depth: number): number[] => new Array<number>(4).fill((depth * 0.1) / 4);
    const expected = [...quarter(21), NaN, NaN, NaN, NaN, ...quarter(41)];
    expect(of(rain).map(depth => Math.round(depth * 1e5))).toEqual(expected.map(depth => Math.round(depth * 1e5)));
    expect(of(pet)).toEqual(new Array(12).fill(0)); // by night
    await expect(readSmashWindow(dataset, { stepMs: 900_000, steps: 13 })).rejects.toThrow('covers 12 steps, not 13');
    await expect(readSmashWindow(dataset, { stepMs: 7 * 60_000, steps: 1 })).rejects.toThrow('which 420000 ms do not divide');
  });

  it('refuses steps that fit neither an hour nor a day', async () => {
    await writeFile(join(dataset, 'setup_Toy.yaml'), 'dt: 5_400\n');
    await expect(run()).rejects.toThrow(
      'data set Toy has steps of 5400 s; a domain needs steps that divide an hour, or whole hours that divide a day',
    );
  });

  it('takes a daily data set: rain finer than a tenth, PET and discharge stamped by the end of the day', async () => {
    await makeDaily(dataset);
    await run();
    const domain = await loadDomain(out);
    expect(domain.record.rainStepMs).toBe(86_400_000);
    const grids = domain.record.rain(parseIso('2014-12-19'), parseIso('2014-12-21'));
    expect(grids.map(grid => [grid.validTime, grid.durationMs, grid.values[0]])).toEqual([
      [parseIso('2014-12-20'), 86_400_000, Math.fround(1.234)],
      [parseIso('2014-12-21'), 86_400_000, Math.fround(2.468)],
    ]);
    const day = timeGrid(parseIso('2014-12-19'), parseIso('2014-12-20'), 86_400_000);
    expect(domain.record.pet(day).values[0]).toBeCloseTo(3, 6); // the raster stamped 2014-12-20 00:00
    const { times } = domain.record.discharge(stationId('A0000001'), parseIso('2014-12-18'), parseIso('2014-12-22'));
    expect([...times]).toEqual(['2014-12-19', '2014-12-21'].map(parseIso));
    expect(() => {
      requireForecastable(domain, 'forecasting');
    }).toThrow('the rain of domain toy comes in steps of 24 h, and forecasting needs it at least hourly');
  });

  it('refuses PET of one day of two years', async () => {
    await makeDaily(dataset);
    await raster(join(dataset, 'pet/201512200000_ETP.tif'), new Array<number>(12).fill(1));
    await expect(run()).rejects.toThrow(/201412200000_ETP.tif and .*201512200000_ETP.tif are PET of one day of the year/);
  });

  it('takes a data set without a gauge, which can be simulated and not calibrated', async () => {
    await writeMesh(join(dataset, 'mesh_Toy.hdf5'), 0);
    await rm(join(dataset, 'qobs'), { recursive: true });
    expect(await run()).toMatchObject({ discharge: null, thresholds: [], stations: [{ id: 'TOY-V1', gauged: false }] });
    const domain = await loadDomain(out);
    expect(new Set(domain.zoneOfCell)).toEqual(new Set([-1]));
    expect(() => {
      requireGauges(domain, 'calibration');
    }).toThrow('domain toy has no gauged station, and calibration needs one with its discharge (record.discharge)');
  });

  it('refuses rain on another grid than the first', async () => {
    const path = `prcp/rain_precipitation_${stampOf(3)}_${stampOf(3)}.tif`;
    const band = { values: new Float32Array(12), rows: 3, columns: 4, noData: NO_DATA };
    await writeGeoTiff(join(dataset, path), band, { ...GEOMETRY, xMin: 814_000 });
    await expect(run()).rejects.toThrow(/lies on another grid than/);
  });
});

const COMMITTED = fileURLToPath(new URL('.', import.meta.resolve('#domains/cance/domain.yaml')));
const WHEEL = process.env['FRESHET_SMASH_DATASETS'];

/** With FRESHET_SMASH_DATASETS = …/smash/factory/dataset of hydro-smash 1.3.0: our mesh against the peer's, ours against the committed domain. */
(WHEEL === undefined ? describe.skip : describe)('the data set of the wheel', () => {
  it('has the upstream areas and levels that SMASH computed', async () => {
    const { mesh: theirs } = await readSmashDataset(join(WHEEL!, 'Cance'));
    const { mesh } = await loadDomain(COMMITTED);
    for (let cell = 0; cell < mesh.cellCount; cell++) {
      const position = mesh.row[cell]! * mesh.columns + mesh.column[cell]!;
      expect(theirs.active[position]).toBe(1);
      expect(mesh.upstreamAreaM2[cell]).toBeCloseTo(theirs.upstreamAreaM2[position]!, 0);
      expect(mesh.level[cell]).toBe(theirs.partition[position]! - 1);
    }
  });

  it('is what the committed domain was made from', async () => {
    const out = await mkdtemp(join(tmpdir(), 'freshet-cance-'));
    await importSmash({
      dataset: join(WHEEL!, 'Cance'),
      out,
      names: join(COMMITTED, 'station-names.csv'),
      virtualStations: 3,
      onProgress: () => undefined,
    });
    const [made, committed] = [await loadDomain(out), await loadDomain(COMMITTED)];
    expect(made.meshHash).toBe(committed.meshHash);
    for (const table of ['stations.csv', 'thresholds.csv']) {
      expect(await readFile(join(out, table), 'utf8')).toBe(await readFile(join(COMMITTED, table), 'utf8'));
    }
    const span = [parseIso('2014-09-14'), parseIso('2015-01-16')] as const;
    expect(made.record.rain(...span)).toEqual(committed.record.rain(...span));
    for (const station of made.zoneStations) {
      const all = [station, parseIso('2005-01-01'), parseIso('2020-01-01')] as const;
      expect(made.record.discharge(...all)).toEqual(committed.record.discharge(...all));
    }
    await rm(out, { recursive: true });
  }, 60_000);

  it('of the Lez, daily, imports whole', async () => {
    const out = await mkdtemp(join(tmpdir(), 'freshet-lez-'));
    const { rain, petDays } = await importSmash({ dataset: join(WHEEL!, 'Lez'), out, virtualStations: 1, onProgress: () => undefined });
    expect([rain.steps, rain.missing, rain.badValues, petDays]).toEqual([365, [], 0, 365]);
    const { mesh, stations, descriptors, record } = await loadDomain(out);
    expect([mesh.cellCount, stations.length, descriptors.size, record.rainStepMs]).toEqual([172, 4, 6, 86_400_000]);
    await rm(out, { recursive: true });
  }, 60_000);

  it.each([
    ['Lez', 172],
    ['France', 906_044],
  ])(
    'of %s has the upstream areas and levels that SMASH computed',
    async (name, cells) => {
      const { mesh: theirs } = await readSmashDataset(join(WHEEL!, name));
      const mesh = buildMesh({ ...theirs, codes: theirs.flowDirection.map((code, k) => (theirs.active[k] === 1 ? code : 0)) }, theirs);
      expect(mesh.cellCount).toBe(cells);
      const unlike = mesh.row.filter((row, cell) => {
        const position = row * mesh.columns + mesh.column[cell]!;
        const area = theirs.upstreamAreaM2[position]!; // summed in float32: exact up to some 1000 km²
        return Math.abs(mesh.upstreamAreaM2[cell]! / area - 1) > 1e-3 || mesh.level[cell] !== theirs.partition[position]! - 1;
      });
      expect(unlike).toHaveLength(0);
    },
    60_000,
  );
});
