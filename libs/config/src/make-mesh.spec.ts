import { cp, mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { loadDomain, makeMesh, type MeshOptions } from './index.js';
import { readGeoTiff, writeGeoTiff } from './raster.js';

const CANCE = fileURLToPath(new URL('.', import.meta.resolve('#domains/cance/domain.yaml')));
const GEOMETRY = { epsg: 2154, xMin: 800_000, yMax: 6_500_000, xResolution: 1000, yResolution: 1000 };
/** Agency's points and areas (hydro-smash 1.3.0, Cance/gauge_attributes.csv), with what the mesh must find: hydrology.md 11. */
const CANCE_GAUGES = 'code,x,y,area\nV3524010,840261,6457807,381.7\nV3515010,826553,6467115,107\nV3517010,828269,6469198,25.3\n';
const CANCE_AREAS = [383e6, 108e6, 28e6];

let folder = '';
let count = 0;
beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'freshet-mesh-'));
});
afterAll(async () => {
  await rm(folder, { recursive: true });
});

const gaugesFile = async (text: string): Promise<string> => {
  const path = join(folder, `gauges${++count}.csv`);
  await writeFile(path, text);
  return path;
};

async function rasterFile(rows: readonly (readonly number[])[], geometry = GEOMETRY): Promise<string> {
  const path = join(folder, `directions${++count}.tif`);
  const band = { values: Float32Array.from(rows.flat()), rows: rows.length, columns: rows[0]!.length, noData: -9999 };
  await writeGeoTiff(path, band, geometry);
  return path;
}

const make = (options: Partial<MeshOptions> & Pick<MeshOptions, 'flowDirection'>) =>
  makeMesh({ convention: 'auto', maxDistance: 1, largestDifference: 0.3, out: join(folder, `out${++count}`), ...options });

/** Two basins: four cells that leave eastward in row 0, two in row 2; a lake's pit would be elsewhere. */
const NATION = [
  [3, 3, 3, 3],
  [0, 0, 0, 0],
  [0, 0, 3, 3],
];

describe('makeMesh', () => {
  it("finds the Cance's gauges on its own flow directions and writes the mesh of the committed domain", async () => {
    const out = join(folder, 'mycance');
    const summary = await make({ flowDirection: join(CANCE, 'flow-direction.tif'), gauges: await gaugesFile(CANCE_GAUGES), out });
    expect(summary.gauges.map(({ areaM2 }) => areaM2)).toEqual(CANCE_AREAS);
    expect(summary).toMatchObject({ cells: 383, levels: 31, outlets: 1, convention: 'clockwise' });
    for (const name of ['rain.nc', 'pet.nc', 'discharge.nc']) await cp(join(CANCE, name), join(out, name));
    const [made, committed] = [await loadDomain(out), await loadDomain(CANCE)];
    expect([made.basin, made.meshHash]).toEqual(['mycance', committed.meshHash]);
    const cells = (domain: typeof made) => domain.stations.filter(station => station.gauged).map(({ id, cell }) => [id, cell]);
    expect(cells(made)).toEqual(cells(committed));
    const zones = await readGeoTiff(join(out, 'sub-basins.tif'));
    expect([1, 2, 3].map(zone => zones.values.filter(value => value === zone).length)).toEqual([247, 108, 28]);
  });

  it('reads ESRI codes, crops to the gauge and keeps a domain.yaml that is there', async () => {
    const out = join(folder, 'esri');
    const flowDirection = await rasterFile([[0, 0, 0], [1, 4, 16], [0, 4, 0], [64, 16, 1]]); // prettier-ignore
    const gauges = await gaugesFile('id,x,y,area_m2\nG,801500,6497500,4e6\n');
    await make({ flowDirection, gauges, out });
    await writeFile(join(out, 'domain.yaml'), 'mine');
    const summary = await make({ flowDirection, gauges, out });
    expect(summary).toMatchObject({
      convention: 'esri',
      rows: 2,
      columns: 3,
      cells: 4,
      gauges: [{ row: 1, column: 1, x: 801_500, y: 6_497_500 }],
    });
    expect([...(await readGeoTiff(join(out, 'flow-direction.tif'))).values]).toEqual([3, 5, 7, NaN, 5, NaN]);
    expect(await readFile(join(out, 'domain.yaml'), 'utf8')).toBe('mine');
  });

  it('splits a nation into basins, the small ones in the table only', async () => {
    const out = join(folder, 'nation');
    const flowDirection = await rasterFile(NATION);
    expect((await make({ flowDirection, out, split: 3 })).basins).toEqual({ written: 1, smaller: 1 });
    const table = (await readFile(join(out, 'basins.csv'), 'utf8')).split('\n');
    expect(table.slice(1, 3).map(line => line.split(',').slice(0, 4))).toEqual([['b1', 'basins/b1', '0', '3'], ['b2', '', '2', '3']]); // prettier-ignore
    expect([...(await readGeoTiff(join(out, 'basins.tif'))).values]).toEqual([1, 1, 1, 1, NaN, NaN, NaN, NaN, NaN, NaN, 2, 2]);
    const basin = await readGeoTiff(join(out, 'basins/b1/flow-direction.tif'));
    expect(basin).toMatchObject({ rows: 1, columns: 4, xMin: 800_000, yMax: 6_500_000 });
    expect(await readFile(join(out, 'basins/b1/stations.csv'), 'utf8')).toContain('B1,Outlet of 4 km²,,false,false,803500,6499500,4,');
    expect((await make({ flowDirection, out, split: 1 })).basins).toEqual({ written: 2, smaller: 0 });
  });

  it('lists every gauge that has no place, at once', async () => {
    const gauges = await gaugesFile('id,x,y,area_km2\nA,4.8,45.2,4\nB,802500,6499500,400\nC,801500,6497500,2\n');
    await expect(make({ flowDirection: await rasterFile(NATION), gauges, maxDistance: 0 })).rejects.toMatchObject({
      code: 'MESH_INVALID',
      message: expect.stringMatching(
        /gauge A .* lies outside(.|\n)*gauge B drains 400.0 km²(.|\n)*gauge C .* has no cell with a flow direction/,
      ) as unknown,
    });
  });

  it.each<readonly [string, string]>([
    ['id,x,y\nA,1,2\n', 'it has no column area_km2 or area_m2 or area'],
    ['id,x,y,area_km2\n', 'it holds no gauge below its header'],
    ['id,x,y,area_km2\nA,here,6499500,4\n', 'gauge A has no number in column x: "here"'],
    ['id,x,y,area_km2\nA,803500,6499500,-4\n', 'area_km2 must be above 0'],
    ['id,x,y,area_km2\nA,803500,6499500,381700000\n', 'call the column area_m2 if these are square metres'],
    ['id,x,y,area_km2\nA,803500,6499500,4\nA,803500,6499500,4\n', 'gauge A is listed twice'],
    ['id,x,y,area_km2\nA,803500,6499500,4\nB,803600,6499400,4\n', 'gauges A and B both fall on (row 0, column 3)'],
  ])('names what is wrong in a table of gauges: %j', async (text, message) => {
    const gauges = await gaugesFile(text);
    await expect(make({ flowDirection: await rasterFile(NATION), gauges })).rejects.toMatchObject({
      code: 'MESH_INVALID',
      message: expect.stringContaining(message) as unknown,
    });
  });

  it('names the cells of a circle in a nation, and only mentions one that no gauge needs', async () => {
    const flowDirection = await rasterFile([[3, 5, 0, 3], [1, 7, 0, 6]]); // prettier-ignore
    await expect(make({ flowDirection })).rejects.toThrow(
      `${flowDirection}: the flow directions run in a circle: (row 0, column 0) → (row 0, column 1) → (row 1, column 1) → (row 1, column 0), the first at x 800500, y 6499500`,
    );
    const summary = await make({ flowDirection, gauges: await gaugesFile('id,x,y,area_km2\nA,803500,6499500,1\n') });
    expect([summary.cells, summary.loops.length]).toEqual([1, 1]);
  });

  it('refuses a raster that is no raster, without no-data, without or with the wrong coordinate system', async () => {
    const corrupt = await rasterFile(NATION);
    await writeFile(corrupt, (await readFile(corrupt)).subarray(0, 60));
    await expect(make({ flowDirection: corrupt })).rejects.toMatchObject({
      code: 'FILE_UNREADABLE',
      message: expect.stringContaining(corrupt) as unknown,
    });
    await expect(make({ flowDirection: await rasterFile([[3, 5], [255, 255]]) })).rejects.toThrow(/255 \(row 1, column 0\) is no clockwise direction/); // prettier-ignore
    const degrees = { epsg: 2154, xMin: 4.5, yMax: 45.3, xResolution: 0.01, yResolution: 0.01 };
    await expect(make({ flowDirection: await rasterFile(NATION, degrees) })).rejects.toThrow(
      /EPSG:2154 counts in metres .* looks like degrees/,
    );
    await expect(make({ flowDirection: await rasterFile(NATION, { ...GEOMETRY, epsg: 4326 }) })).rejects.toThrow(
      /EPSG:4326 counts in degrees but/,
    );
    const unknown = await rasterFile(NATION, { ...GEOMETRY, epsg: 32_767 });
    await expect(make({ flowDirection: unknown })).rejects.toThrow('give it with --epsg');
    expect((await make({ flowDirection: unknown, epsg: 2154 })).cells).toBe(6);
    await expect(make({ flowDirection: await rasterFile(NATION), epsg: 4326 })).rejects.toMatchObject({ code: 'COMMAND_INVALID' });
  });
});

const WHEEL = process.env['FRESHET_SMASH_DATASETS'];

/** With FRESHET_SMASH_DATASETS = …/smash/factory/dataset of hydro-smash 1.3.0. */
(WHEEL === undefined ? describe.skip : describe)('the flow directions of France', () => {
  const flowDirection = join(WHEEL ?? '', 'France_flwdir.tif');

  it.each([
    ['Cance', CANCE_AREAS],
    ['Lez', [172e6, 142e6, 110e6]],
  ] as const)('give the gauges of the %s the areas that SMASH finds', async (name, areas) => {
    const summary = await make({ flowDirection, gauges: join(WHEEL!, name, 'gauge_attributes.csv') });
    expect(summary.gauges.map(({ areaM2 }) => areaM2)).toEqual(areas);
  });

  it('hold 956 958 cells, no circle and 3435 outlets', async () => {
    expect(await make({ flowDirection })).toMatchObject({ cells: 956_958, outlets: 3435, loops: [] });
  }, 60_000);
});
