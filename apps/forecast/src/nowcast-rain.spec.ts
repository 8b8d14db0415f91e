import { describe, expect, it } from '@jest/globals';
import { HOUR_MS, epochMs, type Mesh, type RainGrid } from '#hydrology';
import { nowcastRain } from './nowcast-rain.js';

const [ROWS, COLUMNS] = [40, 60];
const ISSUE = epochMs(Date.UTC(2014, 10, 4, 12));
const times = { issueTime: ISSUE, asOf: ISSUE };

/** Every cell of a rectangle but the last column, last row first: the order of a mesh is not the order of a raster. */
const positions = Array.from({ length: ROWS * COLUMNS }, (_, k) => [ROWS - 1 - Math.floor(k / COLUMNS), k % COLUMNS] as const).filter(
  ([, column]) => column < COLUMNS - 1,
);
const mesh = {
  ...{ rows: ROWS, columns: COLUMNS, cellCount: positions.length },
  row: Int32Array.from(positions, ([row]) => row),
  column: Int32Array.from(positions, ([, column]) => column),
  areaM2: new Float64Array(positions.length).fill(1e6),
} as Partial<Mesh> as Mesh;

/** A round storm of 12 mm in the middle that moves `right` columns an hour. */
const storm = (hour: number): Float32Array =>
  Float32Array.from(positions, ([row, column]) => 12 * Math.exp(-((row - 20) ** 2 + (column - 20 - 4 * hour) ** 2) / 50));
const grid = (hour: number, more: Partial<RainGrid> = {}): RainGrid => {
  const validTime = epochMs(ISSUE + hour * HOUR_MS);
  return { validTime, durationMs: HOUR_MS, receivedAt: validTime, values: storm(hour), ...more };
};

describe('nowcastRain', () => {
  it('moves the storm on, from the newest grid to 3 h after the issue time', () => {
    const future = nowcastRain(mesh, [grid(-3), grid(-1), grid(-2)], times);
    if (future.kind !== 'nowcast') throw new Error(future.kind);
    expect(future.rain.map(one => (one.validTime - ISSUE) / HOUR_MS)).toEqual([0, 1, 2, 3]);
    const at = (row: number, column: number): number => positions.findIndex(([r, c]) => r === row && c === column);
    for (const [step, { values }] of future.rain.entries()) {
      const [wettest] = positions[values.reduce((best, depth, k) => (depth > values[best]! ? k : best), at(20, 20))]!;
      expect(Math.abs(wettest - 20)).toBeLessThanOrEqual(1);
      expect(values[at(20, 20 + 4 * step)]).toBeGreaterThan(0.7 * 12);
    }
    expect(future.rain[3]!.values[at(20, 2)]).toBeNaN(); // comes from beyond the mesh
  });

  it('falls back to persistence and says why', () => {
    const because = (received: readonly RainGrid[]): string | undefined => {
      const future = nowcastRain(mesh, received, times);
      return future.kind === 'persistence' ? future.because : undefined;
    };
    expect(because([])).toContain('two successive grids');
    expect(because([grid(-1), grid(-3)])).toContain('two successive grids');
    expect(because([grid(-1), grid(-2, { durationMs: 900_000 })])).toContain('two successive grids');
    expect(because([grid(-1), grid(-2, { values: new Float32Array(positions.length).fill(NaN) })])).toContain('two successive grids');
    expect(because([grid(-4), grid(-5)])).toContain('the newest rain is of 2014-11-04T08:00');
    expect(because([grid(-1), grid(-2)])).toBeUndefined();
  });

  it('sees nothing that was received later', () => {
    const seen = nowcastRain(mesh, [grid(-2), grid(-1)], times);
    const late = nowcastRain(
      mesh,
      [grid(-2), grid(-1), grid(-1, { receivedAt: epochMs(ISSUE + 1), values: storm(5) }), grid(0, { receivedAt: epochMs(ISSUE + 1) })],
      times,
    );
    expect(late).toEqual(seen);
  });
});
