import { clampTo, longestStep, type Bounds } from './bounds.js';
import type { CauchyPoint } from './cauchy-point.js';
import { dot, type LimitedMemory } from './limited-memory.js';
import { factorise, solve } from './solve-dense.js';

/** Where the iteration stands. */
export interface Iterate {
  readonly x: Float64Array;
  readonly gradient: Float64Array;
}

/**
 * Minimises the quadratic model over the controls that are free at the Cauchy point (Byrd et al. 1995, section 5.1,
 * direct primal method) and brings the minimiser back into the box by projection, or by shortening the step when the
 * projection would not descend (Morales and Nocedal 2011).
 */
export function minimiseSubspace(at: Iterate, cauchy: CauchyPoint, bounds: Bounds, memory: LimitedMemory): Float64Array {
  const free = [...cauchy.x.keys()].filter(i => cauchy.x[i]! > bounds.lower[i]! && cauchy.x[i]! < bounds.upper[i]!);
  if (free.length === 0 || memory.width === 0) return cauchy.x;
  const step = newtonStep(free, reducedGradient(free, at, cauchy, memory), memory);
  if (step === undefined) return cauchy.x;
  const direction = new Float64Array(at.x.length);
  free.forEach((i, k) => (direction[i] = step[k]!));
  const full = cauchy.x.map((value, i) => value + direction[i]!);
  const projected = clampTo(bounds, full);
  const moved = projected.map((value, i) => value - at.x[i]!);
  if (dot(moved, at.gradient) < 0) return projected;
  const shortened = longestStep(bounds, cauchy.x, direction, 1);
  return clampTo(
    bounds,
    cauchy.x.map((value, i) => value + shortened * direction[i]!),
  );
}

/** Eq. 5.4: the gradient of the model at the Cauchy point, free components only. */
function reducedGradient(free: readonly number[], at: Iterate, cauchy: CauchyPoint, memory: LimitedMemory): Float64Array {
  const middleC = memory.applyMiddle(cauchy.c);
  return Float64Array.from(free, i => at.gradient[i]! + memory.scale * (cauchy.x[i]! - at.x[i]!) - dot(memory.row(i), middleC));
}

/** Eq. 5.11: −B̂⁻¹r by the Sherman–Morrison–Woodbury formula, B̂ the model's Hessian over the free controls. */
function newtonStep(free: readonly number[], r: Float64Array, memory: LimitedMemory): Float64Array | undefined {
  const theta = memory.scale;
  const width = memory.width;
  const rows = free.map(i => memory.row(i));
  const projected = new Float64Array(width);
  const gram = new Float64Array(width * width);
  rows.forEach((row, k) => {
    for (let a = 0; a < width; a++) {
      projected[a] = projected[a]! + row[a]! * r[k]!;
      for (let b = 0; b < width; b++) gram[a * width + b] = gram[a * width + b]! + (row[a]! * row[b]!) / theta;
    }
  });
  const factors = factorise(identityMinusMiddleTimes(gram, memory), width);
  if (factors === undefined) return undefined;
  const v = solve(factors, memory.applyMiddle(projected));
  return r.map((value, k) => -value / theta - dot(rows[k]!, v) / (theta * theta));
}

function identityMinusMiddleTimes(gram: Float64Array, memory: LimitedMemory): Float64Array {
  const width = memory.width;
  const result = new Float64Array(width * width);
  for (let column = 0; column < width; column++) {
    const middle = memory.applyMiddle(Float64Array.from({ length: width }, (_, row) => gram[row * width + column]!));
    for (let row = 0; row < width; row++) result[row * width + column] = (row === column ? 1 : 0) - middle[row]!;
  }
  return result;
}
