import { coarsen, raster, type Raster } from './raster.js';

// taken out of the global once: in a sandboxed context each look-up of a global costs more than the sum it serves
const { min } = Math;

/** Side of the blocks on which distances to rain are kept, cells. */
export const BLOCK = 8;

/** Distance of each block of BLOCK × BLOCK cells from the nearest that has rain (`field` above 0), in cells; Infinity without rain. */
export function distanceFromRain(field: Raster): Raster {
  const wet = coarsen({ ...field, values: field.values.map(value => (value > 0 ? 1 : 0)) }, BLOCK);
  const distance = raster(
    wet.rows,
    wet.columns,
    wet.values.map(value => (value > 0 ? 0 : Infinity)),
  );
  sweep(distance, 1);
  sweep(distance, -1);
  return distance;
}

/** One sweep of a chamfer distance (Borgefors 1986) down and right, or up and left. */
function sweep({ rows, columns, values }: Raster, way: 1 | -1): void {
  const diagonal = BLOCK * Math.SQRT2;
  const at = (row: number, column: number): number =>
    row < 0 || column < 0 || row >= rows || column >= columns ? Infinity : values[row * columns + column]!;
  for (let i = 0; i < rows; i++) {
    const row = way > 0 ? i : rows - 1 - i;
    for (let j = 0; j < columns; j++) {
      const column = way > 0 ? j : columns - 1 - j;
      values[row * columns + column] = min(
        at(row, column),
        at(row, column - way) + BLOCK,
        at(row - way, column) + BLOCK,
        at(row - way, column - way) + diagonal,
        at(row - way, column + way) + diagonal,
      );
    }
  }
}
