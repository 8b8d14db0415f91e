/** A square matrix in LU form with its row order: small, dense, indefinite (the middle matrices of L-BFGS-B). */
export interface Factorisation {
  readonly size: number;
  readonly lu: Float64Array;
  readonly order: Int32Array;
}

/** Factorises a row-major square matrix by Gaussian elimination with partial pivoting; undefined when it is singular. */
export function factorise(matrix: Float64Array, size: number): Factorisation | undefined {
  const lu = Float64Array.from(matrix);
  const order = Int32Array.from({ length: size }, (_, i) => i);
  for (let column = 0; column < size; column++) {
    const pivot = findPivot(lu, size, column);
    const value = lu[pivot * size + column]!;
    if (value === 0 || !Number.isFinite(value)) return undefined;
    if (pivot !== column) swapRows(lu, order, [pivot, column]);
    for (let row = column + 1; row < size; row++) eliminate(lu, size, { row, column });
  }
  return { size, lu, order };
}

/** Solves the factorised system for one right-hand side. */
export function solve({ size, lu, order }: Factorisation, right: Float64Array): Float64Array {
  const x = new Float64Array(size);
  for (let row = 0; row < size; row++) {
    let sum = right[order[row]!]!;
    for (let column = 0; column < row; column++) sum -= lu[row * size + column]! * x[column]!;
    x[row] = sum;
  }
  for (let row = size - 1; row >= 0; row--) {
    let sum = x[row]!;
    for (let column = row + 1; column < size; column++) sum -= lu[row * size + column]! * x[column]!;
    x[row] = sum / lu[row * size + row]!;
  }
  return x;
}

function findPivot(lu: Float64Array, size: number, column: number): number {
  let pivot = column;
  for (let row = column + 1; row < size; row++) {
    if (Math.abs(lu[row * size + column]!) > Math.abs(lu[pivot * size + column]!)) pivot = row;
  }
  return pivot;
}

function swapRows(lu: Float64Array, order: Int32Array, [a, b]: readonly [number, number]): void {
  const size = order.length;
  for (let column = 0; column < size; column++) {
    const kept = lu[a * size + column]!;
    lu[a * size + column] = lu[b * size + column]!;
    lu[b * size + column] = kept;
  }
  const kept = order[a]!;
  order[a] = order[b]!;
  order[b] = kept;
}

function eliminate(lu: Float64Array, size: number, { row, column }: { row: number; column: number }): void {
  const factor = lu[row * size + column]! / lu[column * size + column]!;
  lu[row * size + column] = factor;
  for (let k = column + 1; k < size; k++) lu[row * size + k] = lu[row * size + k]! - factor * lu[column * size + k]!;
}
