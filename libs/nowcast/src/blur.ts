/** Mean over a window of 2·radius + 1 in both directions, twice (a triangle, near a Gaussian), cells outside counting as 0. In place. */
export function blur(values: Float32Array, rows: number, columns: number, radius: number): void {
  if (radius < 1) return;
  const sums = new Float64Array(Math.max(rows, columns) + 1);
  for (let round = 0; round < 2; round++) {
    for (let row = 0; row < rows; row++) blurLine(values, { first: row * columns, step: 1, count: columns, radius }, sums);
    for (let column = 0; column < columns; column++) blurLine(values, { first: column, step: columns, count: rows, radius }, sums);
  }
}

interface Line {
  readonly first: number;
  readonly step: number;
  readonly count: number;
  readonly radius: number;
}

function blurLine(values: Float32Array, { first, step, count, radius }: Line, sums: Float64Array): void {
  for (let i = 0, k = first; i < count; i++, k += step) sums[i + 1] = sums[i]! + values[k]!;
  const width = 2 * radius + 1;
  for (let i = 0, k = first; i < count; i++, k += step) {
    values[k] = (sums[Math.min(count, i + radius + 1)]! - sums[Math.max(0, i - radius)]!) / width;
  }
}
