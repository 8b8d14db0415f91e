import { describe, expect, it } from '@jest/globals';
import { windowAround } from '#forcing';
import { HOUR_MS, epochMs, type Mesh, type RainGrid } from '#hydrology';
import { rainToCome, type RainTask } from './rain-to-come.js';

const QUARTER_MS = HOUR_MS / 4;
const ISSUE = epochMs(Date.UTC(2014, 10, 4, 12));
const [ROWS, COLUMNS] = [10, 10];
const cellCount = ROWS * COLUMNS;
/** 40 km a side, cells of 4 km. */
const mesh = {
  ...{ rows: ROWS, columns: COLUMNS, cellCount, xMin: 0, yMax: 0, xResolution: 4000, yResolution: 4000 },
  row: Int32Array.from({ length: cellCount }, (_, k) => Math.floor(k / COLUMNS)),
  column: Int32Array.from({ length: cellCount }, (_, k) => k % COLUMNS),
  areaM2: new Float64Array(cellCount).fill(16e6),
} as Partial<Mesh> as Mesh;
const window = windowAround(mesh);
const middle = window.at[5 * COLUMNS + 5]!;
const [middleRow, middleColumn] = [Math.floor(middle / window.columns), middle % window.columns];

const times = (quarter: number) => {
  const validTime = epochMs(ISSUE + quarter * QUARTER_MS);
  return { validTime, durationMs: QUARTER_MS, receivedAt: validTime };
};
/** A storm of 3 mm a quarter that is 90 km west of the basin at the issue time and moves 20 km in each. */
const mosaic = (quarter: number): RainGrid => ({
  ...times(quarter),
  values: Float32Array.from({ length: window.cellCount }, (_, k) => {
    const [down, right] = [Math.floor(k / window.columns) - middleRow, (k % window.columns) - middleColumn + 22 - 5 * quarter];
    return 3 * Math.exp(-(down ** 2 + right ** 2) / 15);
  }),
});
const dry = (quarter: number): RainGrid => ({ ...times(quarter), values: new Float32Array(cellCount) });
const received = [dry(-2), dry(-1), dry(0)];
const taskOf = (mosaics: readonly RainGrid[] | null, rain = received): RainTask => ({
  ...{ futureRain: { kind: 'to-nowcast', mosaics, model: null }, observed: { rain }, issueTime: ISSUE, asOf: ISSUE },
});
const most = ({ values }: RainGrid): number => values.reduce((highest, depth) => (depth > highest ? depth : highest), 0);

describe('rain to come', () => {
  it('is carried into the basin from beyond it when there are mosaics, and stays dry without', () => {
    const around = rainToCome(taskOf([mosaic(-2), mosaic(-1), mosaic(0)]), mesh);
    if (around.kind !== 'nowcast') throw new Error(around.kind);
    expect(around.because).toBeUndefined();
    expect(around.rain).toHaveLength(12);
    expect(most(around.rain[0]!)).toBeLessThan(0.01);
    expect(most(around.rain[4]!)).toBeGreaterThan(1.5); // 100 km later
    expect(most(around.rain[9]!)).toBeLessThan(0.3); // it has passed
    const alone = rainToCome(taskOf(null), mesh);
    if (alone.kind !== 'nowcast') throw new Error(alone.kind);
    expect(alone.because).toBeUndefined();
    expect(alone.rain.every(grid => most(grid) === 0)).toBe(true);
  });

  it('says why the mosaics were no use, and that nothing was left', () => {
    const alone = rainToCome(taskOf([mosaic(0)]), mesh);
    expect(alone).toMatchObject({
      kind: 'nowcast',
      because:
        'There is no nowcast of the rain around the basin: two successive grids of rain are needed; a nowcast of the rain over the basin alone is used',
    });
    const nothing = rainToCome(taskOf([], [dry(0)]), mesh);
    expect(nothing).toEqual({ kind: 'persistence', because: 'There is no nowcast: two successive grids of rain are needed' });
  });

  it('sees no mosaic that was received later, and gives the same bits again', () => {
    const known = [mosaic(-2), mosaic(-1)];
    const late = { ...mosaic(0), receivedAt: epochMs(ISSUE + 1) };
    expect(rainToCome(taskOf([...known, late]), mesh)).toEqual(rainToCome(taskOf(known), mesh));
  });

  it('that is no nowcast is left as it is', () => {
    const futureRain = { kind: 'zero' as const };
    expect(rainToCome({ ...taskOf(null), futureRain }, mesh)).toBe(futureRain);
  });
});
