import { blur } from './blur.js';
import { fillGaps } from './fill-gaps.js';
import { raster, type Raster } from './raster.js';

// taken out of the global once: in a sandboxed context each look-up of a global costs more than the sum it serves
const { floor, min, max, sqrt, hypot } = Math;

interface Motion {
  readonly down: Raster;
  readonly right: Raster;
}

const ROUNDS = 3;
/** Cells over which one motion is assumed (half a window). */
const WINDOW = 6;
/** A round corrects by no more than this, cells: the linear equation does not reach farther. */
const MOST_CORRECTION = 1.5;
/** Gradients below this, dB² per cell², do not say how the rain moves. */
const LEAST_GRADIENT = 0.5;

/**
 * Corrects a motion on one raster so that it carries each field into the next: least squares of I_r·δr + I_c·δc = −(later − earlier
 * carried along) in a smooth window around every cell, over all pairs (Lucas & Kanade 1981), weighed down where the rain has no
 * gradient. Corrections that disagree with those around them are dropped.
 */
export function refineMotion(fields: readonly Raster[], start: Motion): Motion {
  let motion = start;
  for (let round = 0; round < ROUNDS; round++) {
    const equations = new Equations(fields[0]!);
    for (let t = 1; t < fields.length; t++) equations.add(fields[t - 1]!, fields[t]!, motion);
    motion = equations.correct(motion);
  }
  return motion;
}

/** The sums of the normal equations, each a field. */
class Equations {
  private readonly rows: number;
  private readonly columns: number;
  private readonly sums: readonly Float32Array[];

  constructor({ rows, columns }: Raster) {
    this.rows = rows;
    this.columns = columns;
    this.sums = Array.from({ length: 5 }, () => new Float32Array(rows * columns));
  }

  add(before: Raster, after: Raster, { down, right }: Motion): void {
    const { rows, columns } = this;
    const moved = carry(before, down, right);
    const [rr, cc, rc, rt, ct] = this.sums as [Float32Array, Float32Array, Float32Array, Float32Array, Float32Array];
    for (let row = 1; row < rows - 1; row++) {
      for (let column = 1; column < columns - 1; column++) {
        const k = row * columns + column;
        const change = after.values[k]! - moved[k]!;
        const gr = (after.values[k + columns]! - after.values[k - columns]! + moved[k + columns]! - moved[k - columns]!) / 4;
        const gc = (after.values[k + 1]! - after.values[k - 1]! + moved[k + 1]! - moved[k - 1]!) / 4;
        if ((change + gr + gc) * 0 !== 0) continue; // NaN
        // large changes are growth or decay rather than motion: they count less
        const weight = 1 / (1 + (change / CHANGE_SCALE_DB) ** 2);
        rr[k]! += weight * gr * gr;
        cc[k]! += weight * gc * gc;
        rc[k]! += weight * gr * gc;
        rt[k]! -= weight * gr * change;
        ct[k]! -= weight * gc * change;
      }
    }
  }

  correct({ down, right }: Motion): Motion {
    const { rows, columns } = this;
    for (const sum of this.sums) blur(sum, rows, columns, WINDOW);
    const [rr, cc, rc, rt, ct] = this.sums as [Float32Array, Float32Array, Float32Array, Float32Array, Float32Array];
    const weight = new Float32Array(rr.length);
    const [nextDown, nextRight] = [down.values.slice(), right.values.slice()];
    for (let k = 0; k < rr.length; k++) {
      const [a, b, c] = [rr[k]! + LEAST_GRADIENT / 4, cc[k]! + LEAST_GRADIENT / 4, rc[k]!];
      const determinant = a * b - c * c;
      nextDown[k]! += limited((b * rt[k]! - c * ct[k]!) / determinant);
      nextRight[k]! += limited((a * ct[k]! - c * rt[k]!) / determinant);
      const smaller = (a + b) / 2 - sqrt(((a - b) / 2) ** 2 + c * c);
      weight[k] = smaller / (smaller + LEAST_GRADIENT);
    }
    return settle(raster(rows, columns, nextDown), raster(rows, columns, nextRight), weight);
  }
}

const CHANGE_SCALE_DB = 10;

const limited = (correction: number): number => min(MOST_CORRECTION, max(-MOST_CORRECTION, correction));

/** The earlier field at the places from which a motion comes; NaN where it is not seen. */
function carry({ rows, columns, values }: Raster, down: Raster, right: Raster): Float32Array {
  const moved = new Float32Array(values.length).fill(NaN);
  for (let row = 0, k = 0; row < rows; row++) {
    for (let column = 0; column < columns; column++, k++) {
      const [r, c] = [row - down.values[k]!, column - right.values[k]!];
      if (!(r >= 0 && c >= 0 && r <= rows - 1 && c <= columns - 1)) continue;
      const [r0, c0] = [min(floor(r), rows - 2), min(floor(c), columns - 2)];
      const [at, fr, fc] = [r0 * columns + c0, r - r0, c - c0];
      const north = values[at]! * (1 - fc) + values[at + 1]! * fc;
      moved[k] = north * (1 - fr) + (values[at + columns]! * (1 - fc) + values[at + columns + 1]! * fc) * fr;
    }
  }
  return moved;
}

/** Vectors farther from the weighted mean of their surroundings than this many of its mean distances are outliers. */
const OUTLIER = 2.5;

/** Drops outliers, then lets every vector lean on its surroundings by as much as it is not sure itself. */
function settle(down: Raster, right: Raster, weight: Float32Array): Motion {
  const { rows, columns } = down;
  const mean = (values: Float32Array): Float32Array => weightedMean(values, weight, rows, columns);
  const [meanDown, meanRight] = [mean(down.values), mean(right.values)];
  const distance = down.values.map((value, k) => hypot(value - meanDown[k]!, right.values[k]! - meanRight[k]!));
  const usual = mean(distance);
  for (let k = 0; k < weight.length; k++) if (distance[k]! > OUTLIER * usual[k]! + 0.25) weight[k] = 0;
  return { down: smoothed(down, weight), right: smoothed(right, weight) };
}

function weightedMean(values: Float32Array, weight: Float32Array, rows: number, columns: number): Float32Array {
  const top = values.map((value, k) => value * weight[k]!);
  const bottom = weight.slice();
  blur(top, rows, columns, WINDOW);
  blur(bottom, rows, columns, WINDOW);
  return top.map((value, k) => (bottom[k]! > 1e-4 ? value / bottom[k]! : values[k]!));
}

function smoothed(field: Raster, weight: Float32Array): Raster {
  const { rows, columns } = field;
  const mean = fillGaps({ ...field, values: weightedMean(field.values, weight, rows, columns) }, 0, spread(weight, rows, columns));
  return mean;
}

/** How sure the surroundings are. */
function spread(weight: Float32Array, rows: number, columns: number): Float32Array {
  const wide = weight.slice();
  blur(wide, rows, columns, WINDOW);
  return wide;
}
