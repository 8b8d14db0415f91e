import { execFileSync } from 'node:child_process';
import { mkdtempSync, readFileSync, readdirSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import proj4 from 'proj4';
import { HOUR_MS, epochMs, parseIso } from '#hydrology';
import { decodeRainFile, type RainRaster } from '#observation';
import { readFields } from '../../../libs/observation/src/gridded/grib2/messages.js';
import { unpackValues } from '../../../libs/observation/src/gridded/grib2/packing.js';
import { reading } from '../../../libs/observation/src/gridded/test-rain-files.js';
import { findTool } from '../../setup/find-tool.js';

// dist/test/golden/grib2 → the folder of the source
const SCRIPT = fileURLToPath(new URL('../../../../test/golden/grib2/write_messages.py', import.meta.url));
const ISSUED = parseIso('2026-09-23');

/** A Python that has ecCodes (test/setup/checkers.txt); without one the tests are skipped, which is said, and with CI set they fail. */
function findEccodes(): string | null {
  const python = findTool('python');
  if (python === null) return null;
  try {
    execFileSync(python, ['-c', 'import eccodes'], { stdio: 'ignore' });
    return python;
  } catch {
    process.stderr.write('tests skipped: Python has no eccodes (test/README.md)\n');
    return null;
  }
}

const python = findEccodes();
const isRequired = process.env['CI'] !== undefined;

(python === null && !isRequired ? describe.skip : describe)('GRIB2 as ecCodes writes and reads it', () => {
  let folder = '';
  beforeAll(() => {
    if (python === null) throw new Error('ecCodes is missing: pip install -r test/setup/checkers.txt (test/README.md)');
    folder = mkdtempSync(join(tmpdir(), 'freshet-grib2-'));
    execFileSync(python, [SCRIPT, folder], { stdio: ['ignore', 'ignore', 'ignore'] });
  }, 300_000);
  afterAll(() => {
    if (folder !== '') rmSync(folder, { recursive: true });
  });

  const floats = (file: string): Float64Array => {
    const bytes = readFileSync(join(folder, file));
    return new Float64Array(bytes.buffer.slice(bytes.byteOffset, bytes.byteOffset + bytes.length));
  };
  const namesOf = (isWanted: (name: string) => boolean): string[] =>
    readdirSync(folder)
      .flatMap(file => (file.endsWith('.grib2') ? file.slice(0, -'.grib2'.length) : []))
      .filter(isWanted);

  it.each([
    ['grid_simple', 140],
    ['grid_complex', 110],
    ['differences', 220],
    ['marked', 18],
    ['grid_ccsds', 140],
    ['ccsds', 581],
    ['grid_jpeg', 80],
    ['grid_png', 36],
    ['grid_ieee', 20],
  ])('gives the same values to the last bit in packing %s', async (packing, count) => {
    const names = namesOf(name => name.startsWith(`${packing}-`));
    expect(names).toHaveLength(count);
    for (const name of names) {
      const [field] = [...readFields(readFileSync(join(folder, `${name}.grib2`)))];
      const expected = Float32Array.from(floats(`${name}.values`));
      const values = await unpackValues(field!, expected.length);
      const differs = values.findIndex((value, k) => !(value === expected[k] || (value !== value && expected[k] !== expected[k])));
      expect([name, differs]).toEqual([name, -1]);
    }
  });

  async function rasterOf(name: string): Promise<RainRaster> {
    const file = readFileSync(join(folder, `${name}.grib2`));
    const { rasters, rejects } = await decodeRainFile(file, reading({ receivedAt: epochMs(ISSUED + 3 * HOUR_MS) }));
    expect([name, rejects]).toEqual([name, []]);
    const [raster] = rasters as [RainRaster];
    expect([raster.issued, raster.from, raster.to]).toEqual([ISSUED, ISSUED, ISSUED + 6 * HOUR_MS]);
    return raster;
  }

  /** Middle of the cell that holds a value, in the grid's own units. */
  function cellOf({ grid, depths }: RainRaster, value: number): [x: number, y: number] {
    const cell = depths.indexOf(value);
    const [row, column] = [Math.floor(cell / grid.columns), cell % grid.columns];
    return [grid.xMin + (column + 0.5) * grid.xResolution, grid.yMax - (row + 0.5) * grid.yResolution];
  }

  // Against the Manual on Codes ecCodes 2.50 takes the first point of a projected grid for its south-west corner when rows come from the north, and rows
  // that come back and forth for rows of one direction; those orders are held to the flags below.
  it.each(['regular_ll', 'rotated_ll', 'polar_stereographic-64', 'lambert-64'])(
    'puts each value of a grid %s where it lies',
    async kind => {
      const names = namesOf(name => name.startsWith(`place-${kind}`) && (Number(name.split('-').at(-1)) & 0x10) === 0);
      expect(names).toHaveLength(kind.endsWith('_ll') ? 8 : 1);
      for (const name of names) {
        const raster = await rasterOf(name);
        const places = floats(`${name}.places`);
        for (let k = 0; k < places.length; k += 3) {
          const [latitude, longitude, value] = places.subarray(k, k + 3) as unknown as [number, number, number];
          const [east, north] = proj4(raster.grid.definition).inverse(cellOf(raster, value));
          const off = [((east - longitude + 540) % 360) - 180, north - latitude].map(degrees => Math.abs(degrees) < 2e-4);
          expect([name, value, ...off]).toEqual([name, value, true, true]);
        }
      }
    },
  );

  it.each(['polar_stereographic', 'lambert'])('goes from the first value of a grid %s as its flags say', async kind => {
    const modes = Array.from({ length: 16 }, (_, k) => k << 4).filter(mode => (mode & 0x30) !== 0x30);
    for (const mode of modes) {
      const raster = await rasterOf(`place-${kind}-${mode}`);
      const [rows, columns] = [raster.grid.rows, raster.grid.columns];
      const [x, y] = cellOf(raster, 0);
      const [longitude, latitude] = proj4(raster.grid.definition).inverse([x, y]);
      expect([longitude.toFixed(4), latitude.toFixed(4)]).toEqual(['2.0000', '45.0000']);
      const [byColumns, backAndForth] = [(mode & 0x20) !== 0, (mode & 0x10) !== 0];
      for (let k = 0; k < rows * columns; k++) {
        const length = byColumns ? rows : columns;
        const [line, along] = [Math.floor(k / length), k % length];
        const [i, j] = byColumns ? [line, along] : [backAndForth && line % 2 === 1 ? length - 1 - along : along, line];
        const expected = [i * 5000 * ((mode & 0x80) === 0 ? 1 : -1), j * 4000 * ((mode & 0x40) === 0 ? -1 : 1)].map(metres => metres + 0);
        const cell = cellOf(raster, k);
        expect([mode, k, Math.round(cell[0] - x), Math.round(cell[1] - y)]).toEqual([mode, k, ...expected]);
      }
    }
  });
});
