/** Values on a raster, row-major, row 0 = north; NaN = not seen. */
export interface Field {
  readonly rows: number;
  readonly columns: number;
  readonly values: Float32Array;
}

/** Cells to each side in which a substitute is looked for. */
const REACH = 2;

/**
 * Puts the middle of the values within two cells in the place of each named cell, in place; none of the named cells counts. NaN where
 * nothing is left.
 */
export function fillCells({ rows, columns, values }: Field, cells: Uint32Array): void {
  for (const cell of cells) values[cell] = NaN;
  const substitutes = Float32Array.from(cells, cell => {
    const [row, column] = [Math.floor(cell / columns), cell % columns];
    const around: number[] = [];
    for (let r = Math.max(0, row - REACH); r <= Math.min(rows - 1, row + REACH); r++) {
      for (let c = Math.max(0, column - REACH); c <= Math.min(columns - 1, column + REACH); c++) {
        const value = values[r * columns + c]!;
        if (value === value) around.push(value);
      }
    }
    return around.length === 0 ? NaN : around.sort((a, b) => a - b)[around.length >> 1]!;
  });
  cells.forEach((cell, k) => (values[cell] = substitutes[k]!));
}
