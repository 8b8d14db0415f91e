/** Lower Cholesky factor of a symmetric positive definite matrix, row by row [n × n]. */
export function choleskyFactor(matrix: Float64Array, n: number): Float64Array {
  const factor = new Float64Array(n * n);
  for (let i = 0; i < n; i++) {
    for (let j = 0; j <= i; j++) {
      let sum = matrix[i * n + j]!;
      for (let k = 0; k < j; k++) sum -= factor[i * n + k]! * factor[j * n + k]!;
      if (i > j) factor[i * n + j] = sum / factor[j * n + j]!;
      else if (sum > 0) factor[i * n + i] = Math.sqrt(sum);
      else throw new RangeError(`a covariance of order ${n} is not positive definite at row ${i}`);
    }
  }
  return factor;
}

/** y = L x. */
export function multiplyLower(factor: Float64Array, x: ArrayLike<number>): Float64Array {
  const n = x.length;
  return Float64Array.from({ length: n }, (_, i) => {
    let sum = 0;
    for (let k = 0; k <= i; k++) sum += factor[i * n + k]! * x[k]!;
    return sum;
  });
}

/** y = Lᵀ x. */
export function multiplyLowerTransposed(factor: Float64Array, x: ArrayLike<number>): Float64Array {
  const n = x.length;
  return Float64Array.from({ length: n }, (_, k) => {
    let sum = 0;
    for (let i = k; i < n; i++) sum += factor[i * n + k]! * x[i]!;
    return sum;
  });
}

/** Solves L y = x. */
export function solveLower(factor: Float64Array, x: ArrayLike<number>): Float64Array {
  const n = x.length;
  const y = new Float64Array(n);
  for (let i = 0; i < n; i++) {
    let sum = x[i]!;
    for (let k = 0; k < i; k++) sum -= factor[i * n + k]! * y[k]!;
    y[i] = sum / factor[i * n + i]!;
  }
  return y;
}

/** Solves Lᵀ y = x. */
export function solveLowerTransposed(factor: Float64Array, x: ArrayLike<number>): Float64Array {
  const n = x.length;
  const y = new Float64Array(n);
  for (let i = n - 1; i >= 0; i--) {
    let sum = x[i]!;
    for (let k = i + 1; k < n; k++) sum -= factor[k * n + i]! * y[k]!;
    y[i] = sum / factor[i * n + i]!;
  }
  return y;
}
