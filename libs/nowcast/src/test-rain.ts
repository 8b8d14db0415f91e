import { uniformNumbers } from '#hydrology';

/** Rain of tests: round cells that move together, and grow or decay by a factor each step. */
export interface TestRain {
  readonly rows: number;
  readonly columns: number;
  /** Cells of the raster per step, southward and eastward. */
  readonly down: number;
  readonly right: number;
  readonly cells?: number;
  readonly growth?: number;
  readonly seed?: number;
}

/** mm/h at a step; cells come from beyond the raster too, so that rain moves in. */
export function testRain({ rows, columns, down, right, cells = 60, growth = 1, seed = 1 }: TestRain, step: number): Float32Array {
  const uniform = uniformNumbers(seed);
  const rates = new Float32Array(rows * columns);
  for (let i = 0; i < cells; i++) {
    const row = (2 * uniform() - 0.5) * rows + down * step;
    const column = (2 * uniform() - 0.5) * columns + right * step;
    const [peak, size] = [(1 + 14 * uniform()) * growth ** step, 2 + 5 * uniform()];
    const reach = Math.ceil(4 * size);
    for (let r = Math.max(0, Math.floor(row) - reach); r < Math.min(rows, row + reach); r++) {
      for (let c = Math.max(0, Math.floor(column) - reach); c < Math.min(columns, column + reach); c++) {
        rates[r * columns + c]! += peak * Math.exp(-((r - row) ** 2 + (c - column) ** 2) / (2 * size * size));
      }
    }
  }
  return rates;
}

/** Root mean square of the difference where both are seen. */
export function rmsOf(a: Float32Array, b: Float32Array): number {
  let [sum, count] = [0, 0];
  for (let k = 0; k < a.length; k++) {
    const difference = a[k]! - b[k]!;
    if (difference !== difference) continue;
    sum += difference * difference;
    count++;
  }
  return Math.sqrt(sum / count);
}
