import { existsSync, readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import { HOUR_MS, MINUTE_MS, epochMs, parseIso, uniformNumbers } from '#hydrology';
import { decodeRainFile } from '../decode-rain-file.js';
import type { RainRaster } from '../rain-raster.js';
import { LAEA, reading } from '../test-rain-files.js';
import { ClutterMap } from './clutter-map.js';
import { findSpokes } from './find-spokes.js';
import { filterRain, type RainFilters } from './rain-filters.js';

const [ROWS, COLUMNS] = [60, 80];
const NOON = parseIso('2024-10-17T12:00Z');
/** As `{}` in domain.yaml. */
const ON = {
  clutter: { frequency: 0.25, contrast: 3, rasters: 200, wet: 0.1 },
  spikes: { least: 20, factor: 8 },
  speckle: { cells: 3, wet: 0.1 },
} satisfies RainFilters;

const rasterOf = (depths: Float32Array, hour = 0): RainRaster => ({
  grid: { definition: LAEA, xMin: 0, yMax: 0, xResolution: 2000, yResolution: 2000, rows: ROWS, columns: COLUMNS },
  ...{ from: epochMs(NOON + (hour - 1) * HOUR_MS), to: epochMs(NOON + hour * HOUR_MS) },
  ...{ depths, quality: null, product: 'test' },
});
/** Cells of each filter. */
const countsOf = ({ filtered = {} }: RainRaster) =>
  Object.fromEntries(Object.entries(filtered).map(([name, { length }]) => [name, length]));
const at = (row: number, column: number): number => row * COLUMNS + column;

/** A shower with a core `size` cells wide (1/e) anywhere, as a bell. */
function addShower(depths: Float32Array, { row, column, peak, size }: { row: number; column: number; peak: number; size: number }): void {
  for (let r = 0; r < ROWS; r++)
    for (let c = 0; c < COLUMNS; c++) depths[at(r, c)]! += peak * Math.exp(-((r - row) ** 2 + (c - column) ** 2) / size ** 2);
}

const shower = fc.record({
  row: fc.double({ min: 0, max: ROWS - 1, noNaN: true }),
  column: fc.double({ min: 0, max: COLUMNS - 1, noNaN: true }),
  peak: fc.double({ min: 1, max: 120, noNaN: true }),
  size: fc.double({ min: 1.2, max: 8, noNaN: true }),
});

describe('filters of rain', () => {
  it('leave showers alone, however steep: no cell of a bell of 1.2 cells or more is touched', () => {
    fc.assert(
      fc.property(fc.array(shower, { minLength: 1, maxLength: 5 }), showers => {
        const depths = new Float32Array(ROWS * COLUMNS);
        for (const one of showers) addShower(depths, one);
        const filtered = filterRain(rasterOf(depths.slice()), ON);
        expect(countsOf(filtered)).toEqual({ clutter: 0, spikes: 0, speckle: 0 });
        expect(filtered.depths).toEqual(depths);
        expect(filtered.quality).toBeNull();
      }),
      { numRuns: 60 },
    );
  });

  it('take single wet cells out of dry surroundings and spikes out of rain, flag them and count them', () => {
    const cell = fc.tuple(fc.integer({ min: 3, max: ROWS - 4 }), fc.integer({ min: 3, max: COLUMNS - 4 }));
    fc.assert(
      fc.property(
        cell,
        fc.double({ min: 0.2, max: 100, noNaN: true }),
        fc.double({ min: 0, max: 2, noNaN: true }),
        ([r, c], echo, rain) => {
          const depths = new Float32Array(ROWS * COLUMNS).fill(rain);
          const inRain = rain >= 0.1;
          depths[at(r, c)] = inRain ? 25 + echo : echo;
          const { filtered, quality, depths: after } = filterRain(rasterOf(depths), ON);
          expect([...filtered!.clutter!, ...filtered!.spikes!, ...filtered!.speckle!]).toEqual([at(r, c)]);
          expect(after[at(r, c)]).toBeCloseTo(rain, 5);
          expect(quality![at(r, c)]).toBe(0);
          expect(quality!.filter(q => q === 1)).toHaveLength(ROWS * COLUMNS - 1);
        },
      ),
    );
  });

  it('keep a lone cell at the edge of what was seen: it may be the rim of something larger', () => {
    const depths = new Float32Array(ROWS * COLUMNS);
    depths[at(20, 20)] = 1;
    depths[at(20, 21)] = NaN;
    depths[at(0, 40)] = 1;
    expect(countsOf(filterRain(rasterOf(depths), ON))).toMatchObject({ speckle: 0 });
  });

  it('do nothing that is not asked for', () => {
    const depths = new Float32Array(ROWS * COLUMNS);
    depths[at(20, 20)] = 100;
    expect(filterRain(rasterOf(depths), {})).toMatchObject({ filtered: {}, quality: null });
    expect(depths[at(20, 20)]).toBe(100);
  });
});

describe('the map of clutter', () => {
  const [mast, hill] = [at(30, 20), [at(40, 60), at(40, 61), at(41, 60)]];
  /** Every second hour rain falls on a random half of the raster; the mast and the hill echo always. */
  const hours = (count: number, map: ClutterMap): RainRaster => {
    const uniform = uniformNumbers(3);
    let last = rasterOf(new Float32Array(0));
    for (let hour = 1; hour <= count; hour++) {
      const depths = new Float32Array(ROWS * COLUMNS);
      const from = Math.floor(uniform() * (COLUMNS / 2));
      if (hour % 2 === 0) for (let r = 0; r < ROWS; r++) depths.fill(2, at(r, from), at(r, from + COLUMNS / 2));
      for (const cell of [mast, ...hill]) depths[cell] = 15;
      last = filterRain(rasterOf(depths, hour), { clutter: ON.clutter }, map);
    }
    return last;
  };

  it('finds what echoes always, not where it rains often, and judges nothing before it has seen enough', () => {
    const map = ClutterMap.on(rasterOf(new Float32Array(0)).grid);
    expect(countsOf(hours(200, map))).toEqual({ clutter: 0 });
    const after = hours(301, map); // the first 200 are no news
    expect(countsOf(after)).toEqual({ clutter: 4 });
    for (const cell of [mast, ...hill]) expect([after.depths[cell], after.quality![cell]]).toEqual([0, 0]);
  });

  it('is the same when it was kept and read back, and null when the bytes are others', () => {
    const map = ClutterMap.on(rasterOf(new Float32Array(0)).grid);
    hours(250, map);
    const read = ClutterMap.decode(map.encode())!;
    expect(read.encode()).toEqual(map.encode());
    expect(read.fits(map.grid)).toBe(true);
    expect(read.fits({ ...map.grid, xMin: 1 })).toBe(false);
    expect(ClutterMap.decode(map.encode().subarray(0, 900))).toBeNull();
    expect(ClutterMap.decode(Buffer.from('nonsense'))).toBeNull();
  });
});

describe('spokes', () => {
  const [rays, bins] = [360, 200];
  const settings = { share: 0.7, factor: 2 };
  const field = () => new Float32Array(rays * bins);

  it('are rays that are wet all along between rays that are not, up to three beside each other', () => {
    fc.assert(
      fc.property(fc.integer({ min: 0, max: rays - 1 }), fc.integer({ min: 1, max: 3 }), (first, width) => {
        const values = field();
        for (let k = 0; k < width; k++) values.fill(0.4, ((first + k) % rays) * bins + 20, ((first + k) % rays) * bins + bins);
        values.fill(5, 100 * bins + 50, 100 * bins + 90); // a shower
        const found = findSpokes({ rays, bins, values }, settings);
        expect(found).toEqual([...new Set(Array.from({ length: width }, (_, k) => (first + k) % rays))].sort((a, b) => a - b));
      }),
    );
  });

  it('are not a wide band of rain', () => {
    const values = field();
    values.fill(2, 10 * bins, 60 * bins);
    expect(findSpokes({ rays, bins, values }, settings)).toEqual([]);
    expect(findSpokes({ rays, bins, values: field().fill(1) }, settings)).toEqual([]);
  });
});

// dist/libs/observation/src/gridded/filters → the folder beside the repository
const FOLDER = fileURLToPath(new URL('../../../../../../../shared/data/radar/', import.meta.url));
const described = existsSync(FOLDER) ? describe : describe.skip;

described('filters on real radar files', () => {
  const all: RainFilters = { ...ON, spokes: { share: 0.7, factor: 2 } };
  const decode = async (name: string, filters: RainFilters) => {
    const wish = reading({ name, receivedAt: parseIso('2023-06-06T00:10Z'), durationMs: 5 * MINUTE_MS, filters });
    return (await decodeRainFile(readFileSync(FOLDER + name), wish)).rasters[0]!;
  };

  // the volume's one spike is 26 mm/h 24 km from the radar, amid 1 to 4 mm/h
  it.each([
    ['belgium.comp.hdf', 0],
    ['behel.pvol.hdf', 1],
  ])('%s keeps its rain: the heaviest hundred cells and 99.9 %% of the volume', async (name, spikes) => {
    const [raw, clean] = [await decode(name, {}), await decode(name, all)];
    const wettest = [...raw.depths.keys()].filter(k => raw.depths[k]! > 0).sort((a, b) => raw.depths[b]! - raw.depths[a]!);
    for (const k of wettest.slice(0, 100)) expect(clean.depths[k]).toBe(raw.depths[k]);
    const volume = ({ depths }: RainRaster) => depths.reduce((sum, depth) => sum + (depth > 0 ? depth : 0), 0);
    expect(Math.abs(volume(clean) / volume(raw) - 1)).toBeLessThan(1e-3);
    expect(countsOf(clean)).toMatchObject({ spikes });
    expect(clean.filtered!.speckle!.length / wettest.length).toBeLessThan(1e-3);
  });
});
