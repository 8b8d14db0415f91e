import { factorise, solve, type Factorisation } from './solve-dense.js';

/**
 * The limited-memory BFGS matrix in compact form, B = θI − W M Wᵀ with W = [Y θS] (Byrd, Nocedal and Schnabel 1994;
 * Byrd, Lu, Nocedal and Zhu 1995, eq. 3.2–3.4). S holds the last steps and Y the changes of the gradient over them.
 */
export class LimitedMemory {
  private theta = 1;
  private readonly steps: Float64Array[] = [];
  private readonly changes: Float64Array[] = [];
  private middle: Factorisation | undefined;

  constructor(private readonly capacity: number) {}

  /** θ, the curvature along directions the memory does not know. */
  get scale(): number {
    return this.theta;
  }

  /** Columns of W: twice the number of pairs kept. */
  get width(): number {
    return 2 * this.steps.length;
  }

  /** Adds a pair; refuses one without positive curvature, which would make B indefinite. Returns whether it was kept. */
  add(step: Float64Array, change: Float64Array): boolean {
    const curvature = dot(step, change);
    if (!(curvature > Number.EPSILON * dot(change, change))) return false;
    if (this.steps.length === this.capacity) {
      this.steps.shift();
      this.changes.shift();
    }
    this.steps.push(step);
    this.changes.push(change);
    this.theta = dot(change, change) / curvature;
    this.middle = factorise(this.middleMatrix(), this.width);
    if (this.middle === undefined) this.reset();
    return this.middle !== undefined;
  }

  reset(): void {
    this.steps.length = 0;
    this.changes.length = 0;
    this.theta = 1;
    this.middle = undefined;
  }

  /** Row `i` of W. */
  row(i: number): Float64Array {
    const pairs = this.steps.length;
    const row = new Float64Array(2 * pairs);
    for (let k = 0; k < pairs; k++) {
      row[k] = this.changes[k]![i]!;
      row[pairs + k] = this.theta * this.steps[k]![i]!;
    }
    return row;
  }

  /** Wᵀv. */
  project(v: Float64Array): Float64Array {
    const pairs = this.steps.length;
    const projected = new Float64Array(2 * pairs);
    for (let k = 0; k < pairs; k++) {
      projected[k] = dot(this.changes[k]!, v);
      projected[pairs + k] = this.theta * dot(this.steps[k]!, v);
    }
    return projected;
  }

  /** M v. */
  applyMiddle(v: Float64Array): Float64Array {
    return this.middle === undefined ? v : solve(this.middle, v);
  }

  /** M⁻¹ = [−D Lᵀ; L θSᵀS] with D the diagonal and L the strict lower triangle of SᵀY. */
  private middleMatrix(): Float64Array {
    const pairs = this.steps.length;
    const size = 2 * pairs;
    const matrix = new Float64Array(size * size);
    for (let i = 0; i < pairs; i++) {
      matrix[i * size + i] = -dot(this.steps[i]!, this.changes[i]!);
      for (let j = 0; j < pairs; j++) matrix[(pairs + i) * size + pairs + j] = this.theta * dot(this.steps[i]!, this.steps[j]!);
      for (let j = 0; j < i; j++) {
        const lower = dot(this.steps[i]!, this.changes[j]!);
        matrix[(pairs + i) * size + j] = lower;
        matrix[j * size + pairs + i] = lower;
      }
    }
    return matrix;
  }
}

export function dot(a: Float64Array, b: Float64Array): number {
  let sum = 0;
  for (let i = 0; i < a.length; i++) sum += a[i]! * b[i]!;
  return sum;
}
