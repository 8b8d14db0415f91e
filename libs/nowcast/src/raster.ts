// taken out of the global once: in a sandboxed context each look-up of a global costs more than the sum it serves
const { floor, min, max } = Math;

/** A field on a raster, row-major, row 0 = north; NaN = not seen. */
export interface Raster {
  readonly rows: number;
  readonly columns: number;
  readonly values: Float32Array;
}

/** @throws RangeError unless there are as many values as cells. */
export function raster(rows: number, columns: number, values: Float32Array = new Float32Array(rows * columns)): Raster {
  if (values.length !== rows * columns) throw new RangeError(`${values.length} values on a raster of ${rows} × ${columns} cells`);
  return { rows, columns, values };
}

/** Copies a field into the north-west corner of a larger raster (the rest is NaN) or cuts that corner out of it. */
export function resize(from: Raster, rows: number, columns: number): Raster {
  const to = raster(rows, columns, new Float32Array(rows * columns).fill(NaN));
  const width = min(columns, from.columns);
  for (let row = 0; row < min(rows, from.rows); row++) {
    to.values.set(from.values.subarray(row * from.columns, row * from.columns + width), row * columns);
  }
  return to;
}

/** Mean of the values of each block of `factor` × `factor` cells; NaN where less than half of them have one. */
export function coarsen(field: Raster, factor: number): Raster {
  const [rows, columns] = [Math.ceil(field.rows / factor), Math.ceil(field.columns / factor)];
  const sum = new Float32Array(rows * columns);
  const count = new Uint16Array(rows * columns);
  for (let row = 0, k = 0; row < field.rows; row++) {
    const base = floor(row / factor) * columns;
    for (let column = 0; column < field.columns; column++, k++) {
      const value = field.values[k]!;
      if (value !== value) continue; // NaN
      const to = base + floor(column / factor);
      sum[to]! += value;
      count[to]!++;
    }
  }
  const enough = (factor * factor) / 2;
  for (let k = 0; k < sum.length; k++) sum[k] = count[k]! >= enough ? sum[k]! / count[k]! : NaN;
  return raster(rows, columns, sum);
}

/** Value at a fractional place by bilinear interpolation, the edge continued outward. */
export function sampleAt({ rows, columns, values }: Raster, row: number, column: number): number {
  const r = min(max(row, 0), rows - 1);
  const c = min(max(column, 0), columns - 1);
  const r0 = min(floor(r), max(rows - 2, 0));
  const c0 = min(floor(c), max(columns - 2, 0));
  const [south, east] = [rows > 1 ? columns : 0, columns > 1 ? 1 : 0];
  const [fr, fc] = [r - r0, c - c0];
  const k = r0 * columns + c0;
  const north = values[k]! * (1 - fc) + values[k + east]! * fc;
  return north * (1 - fr) + (values[k + south]! * (1 - fc) + values[k + south + east]! * fc) * fr;
}
