import type { VectorField } from './displacement.js';
import { raster, type Raster } from './raster.js';

/** What becomes of a value on its way: `table` by linear interpolation over `scale`·(value − `least`), as `matchDistribution` gives it. */
export interface ValueMap {
  readonly table: Float32Array;
  readonly least: number;
  readonly scale: number;
}

/**
 * The field as the ways back bring it: each cell of `into` takes the bilinear value at the other end of its way. NaN where that end
 * lies outside of the field or any of its four cells is NaN. The field may be larger than `into`, to the south and the east.
 */
export function advect(field: Raster, way: VectorField, into: Raster = raster(field.rows, field.columns), map?: ValueMap): Raster {
  const { rows, columns, values } = into;
  const [right, down] = [new Float32Array(columns), new Float32Array(columns)];
  for (let row = 0; row < rows; row++) {
    wayAlongRow(way, row, down, right);
    const line = values.subarray(row * columns, (row + 1) * columns);
    takeRow(field, row, { down, right }, line);
    if (map !== undefined) mapRow(line, map);
  }
  return into;
}

function takeRow(
  { rows, columns, values }: Raster,
  row: number,
  { down, right }: { readonly down: Float32Array; readonly right: Float32Array },
  line: Float32Array,
): void {
  for (let column = 0; column < line.length; column++) {
    const r = row + down[column]!;
    const c = column + right[column]!;
    if (!(r >= 0 && r <= rows - 1 && c >= 0 && c <= columns - 1)) {
      line[column] = NaN;
      continue;
    }
    const r0 = Math.min(r | 0, rows - 2);
    const c0 = Math.min(c | 0, columns - 2);
    const fc = c - c0;
    const k = r0 * columns + c0;
    const north = values[k]! + fc * (values[k + 1]! - values[k]!);
    const south = values[k + columns]! + fc * (values[k + columns + 1]! - values[k + columns]!);
    line[column] = north + (r - r0) * (south - north);
  }
}

function mapRow(line: Float32Array, { table, least, scale }: ValueMap): void {
  const last = table.length - 2;
  for (let k = 0; k < line.length; k++) {
    const at = (line[k]! - least) * scale;
    if (at !== at) continue; // NaN
    const bin = at <= 0 ? 0 : at >= last ? last : at | 0;
    const part = at - bin;
    line[k] = table[bin]! + (part < 0 ? 0 : part > 1 ? 1 : part) * (table[bin + 1]! - table[bin]!);
  }
}

/** The ways of the cells of a row: linear between the nodes. */
function wayAlongRow({ spacing, down, right }: VectorField, row: number, intoDown: Float32Array, intoRight: Float32Array): void {
  const at = Math.min(row / spacing, down.rows - 1);
  const near = Math.min(Math.floor(at), Math.max(down.rows - 2, 0));
  const share = at - near;
  const a = near * down.columns;
  const b = down.rows > 1 ? a + down.columns : a;
  for (const [nodes, into] of [
    [down.values, intoDown],
    [right.values, intoRight],
  ] as const) {
    for (let node = 0, column = 0; column < into.length; node++) {
      const next = Math.min(node + 1, down.columns - 1);
      const west = nodes[a + node]! + share * (nodes[b + node]! - nodes[a + node]!);
      const east = nodes[a + next]! + share * (nodes[b + next]! - nodes[a + next]!);
      const step = (east - west) / spacing;
      for (let i = 0; i < spacing && column < into.length; i++, column++) into[column] = west + i * step;
    }
  }
}
