import { isSmooth } from './fourier-line.js';
import { FourierPlane, type ComplexPlane } from './fourier-plane.js';
import { raster, type Raster } from './raster.js';

// taken out of the global once: in a sandboxed context each look-up of a global costs more than the sum it serves
const { hypot, log2, cos } = Math;

/**
 * A field as a sum of fields of one scale each (Seed 2003). Level j ≥ 1 holds wavelengths around 2^(j+2) cells on a grid of every
 * 2^j-th cell, the last one everything longer; level 0 is what the others leave, so the sum is the field again, exactly.
 */
export type Levels = readonly Raster[];

/** No level has a side shorter than this. */
const LEAST_SIDE = 12;
const MOST_HALVINGS = 6;

/** Decomposes and recomposes fields of one size; plans and windows are made once. */
export class Cascade {
  readonly rows: number;
  readonly columns: number;
  /** Levels, counting level 0. */
  readonly count: number;
  private readonly planes: readonly FourierPlane[];

  /** The sides are enlarged to the next that can be halved and transformed. */
  constructor(rows: number, columns: number) {
    const halvings = Math.max(0, Math.min(MOST_HALVINGS, Math.floor(log2(Math.min(rows, columns) / LEAST_SIDE))));
    this.rows = padded(rows, 2 ** halvings);
    this.columns = padded(columns, 2 ** halvings);
    this.count = halvings + 1;
    this.planes = Array.from({ length: this.count }, (_, j) => new FourierPlane(this.rows >> j, this.columns >> j));
  }

  /** Levels of two fields without gaps, of the size of the cascade, for the price of one. */
  decompose(a: Float32Array, b: Float32Array): readonly [Levels, Levels] {
    const spectrum = this.spectrum(a, b);
    const parts = Array.from({ length: this.count - 1 }, (_, i) => this.band(spectrum, i + 1, lowPassWindow));
    const levels = (part: 're' | 'im', field: Float32Array): Levels => {
      const bands = parts.map((plane, i) => raster(this.rows >> (i + 1), this.columns >> (i + 1), plane[part]));
      const rest = raster(this.rows, this.columns);
      this.recompose([rest, ...bands], rest.values);
      for (let k = 0; k < field.length; k++) rest.values[k] = field[k]! - rest.values[k]!;
      return [rest, ...bands];
    };
    return [levels('re', a), levels('im', b)];
  }

  /** Transform of a field in the real and one in the imaginary part. */
  spectrum(a: Float32Array, b: Float32Array): ComplexPlane {
    const plane = { re: a.slice(), im: b.slice() };
    this.planes[0]!.forward(plane);
    return plane;
  }

  /** The part of a spectrum that belongs to a level, as a field on the level's grid. `window(f, level, last)` weighs a frequency. */
  band({ re, im }: ComplexPlane, level: number, window: BandWindow): ComplexPlane {
    const [rows, columns] = [this.rows >> level, this.columns >> level];
    const part = { re: new Float32Array(rows * columns), im: new Float32Array(rows * columns) };
    const scale = 1 / 4 ** level;
    for (let row = 0; row < rows; row++) {
      const fromRow = row < rows / 2 ? row : this.rows - rows + row;
      const fy = (row < rows / 2 ? row : row - rows) / this.rows;
      for (let column = 0; column < columns; column++) {
        const from = fromRow * this.columns + (column < columns / 2 ? column : this.columns - columns + column);
        const fx = (column < columns / 2 ? column : column - columns) / this.columns;
        const weight = scale * window(hypot(fx, fy), level, this.count - 1);
        part.re[row * columns + column] = weight * re[from]!;
        part.im[row * columns + column] = weight * im[from]!;
      }
    }
    this.planes[level]!.inverse(part);
    return part;
  }

  /** A spectrum on the grid of a level becomes a field, in place. */
  inverse(plane: ComplexPlane, level: number): void {
    this.planes[level]!.inverse(plane);
  }

  /** Sum of all levels on the full grid, into `into`. */
  recompose(levels: Levels, into: Float32Array): void {
    const coarse = this.sumAbove(levels);
    if (coarse === null) into.set(levels[0]!.values);
    else addDoubled(coarse, levels[0]!.values, into);
  }

  /** Sum of the levels 1 … last on the grid of level 1; null when there is only level 0. */
  sumAbove(levels: Levels): Raster | null {
    let sum: Raster | null = null;
    for (let j = this.count - 1; j >= 1; j--) {
      const { rows, columns, values } = levels[j]!;
      const into: Raster = raster(rows, columns);
      if (sum === null) into.values.set(values);
      else addDoubled(sum, values, into.values);
      sum = into;
    }
    return sum;
  }
}

export type BandWindow = (frequency: number, level: number, last: number) => number;

/** 1 for wavelengths above 2^(j+2) cells, 0 below 2^(j+1), a squared cosine in the logarithm between. */
function lowPass(frequency: number, level: number): number {
  const octaves = log2(frequency) + level + 2; // 0 … 1 within the slope
  if (octaves <= 0) return 1;
  return octaves >= 1 ? 0 : cos((Math.PI / 2) * octaves) ** 2;
}

/** Band of level j ≥ 1: together with level 0, the rest, the bands add up to one. */
export const lowPassWindow: BandWindow = (frequency, level, last) =>
  lowPass(frequency, level) - (level === last ? 0 : lowPass(frequency, level + 1));

/** The same for level 0 too. */
export const bandWindow: BandWindow = (frequency, level, last) =>
  level > 0 ? lowPassWindow(frequency, level, last) : last === 0 ? 1 : 1 - lowPass(frequency, 1);

/** into = fine + coarse on twice the grid: values between by the four-point cubic (−1, 9, 9, −1)/16, the field being periodic. */
export function addDoubled(coarse: Raster, fine: Float32Array, into: Float32Array): void {
  const { rows, columns } = coarse;
  const line = new Float32Array(columns);
  for (let row = 0; row < 2 * rows; row++) {
    const between = betweenRows(coarse, row, line);
    addDoubledLine(between, fine, into, row * 2 * columns);
  }
}

/** The coarse line at a fine row: itself on even rows, interpolated into `line` on odd ones. */
export function betweenRows({ rows, columns, values }: Raster, fineRow: number, line: Float32Array): Float32Array {
  const row = fineRow >> 1;
  if (fineRow % 2 === 0) return values.subarray(row * columns, (row + 1) * columns);
  const a = ((row + rows - 1) % rows) * columns;
  const b = row * columns;
  const c = ((row + 1) % rows) * columns;
  const d = ((row + 2) % rows) * columns;
  for (let k = 0; k < columns; k++) line[k] = 0.5625 * (values[b + k]! + values[c + k]!) - 0.0625 * (values[a + k]! + values[d + k]!);
  return line;
}

function addDoubledLine(line: Float32Array, fine: Float32Array, into: Float32Array, at: number): void {
  const columns = line.length;
  let before = line[columns - 1]!;
  let here = line[0]!;
  let next = line[1 % columns]!;
  for (let k = 0, to = at; k < columns; k++, to += 2) {
    const after = line[k + 2 < columns ? k + 2 : (k + 2) % columns]!;
    into[to] = fine[to]! + here;
    into[to + 1] = fine[to + 1]! + 0.5625 * (here + next) - 0.0625 * (before + after);
    before = here;
    here = next;
    next = after;
  }
}

function padded(side: number, grain: number): number {
  let whole = Math.ceil(side / grain);
  while (!isSmooth(whole)) whole++;
  return whole * grain;
}
