import { FourierPlane } from './fourier-plane.js';
import { isSmooth } from './fourier-line.js';
import type { Raster } from './raster.js';

// taken out of the global once: in a sandboxed context each look-up of a global costs more than the sum it serves
const { sqrt } = Math;

/**
 * The one displacement, in cells, that brings the earlier fields nearest to the later ones: the peak of their masked normalised
 * cross-correlation (Padfield 2012) summed over the pairs, among displacements up to `most` cells. Zero where nothing varies.
 */
export function firstGuess(fields: readonly Raster[], most: number): { readonly down: number; readonly right: number } {
  const { rows, columns } = fields[0]!;
  const reach = Math.min(Math.floor(most), Math.floor(Math.min(rows, columns) / 2));
  const plane = new FourierPlane(smoothSide(rows + reach), smoothSide(columns + reach));
  const score = new Float64Array((2 * reach + 1) ** 2);
  for (let t = 1; t < fields.length; t++) addCorrelation(plane, [fields[t - 1]!, fields[t]!], reach, score);
  let best = reach * (2 * reach + 2); // no displacement
  for (let k = 0; k < score.length; k++) if (score[k]! > score[best]!) best = k;
  return { down: Math.floor(best / (2 * reach + 1)) - reach, right: (best % (2 * reach + 1)) - reach };
}

/** Less overlap than this share of the field says nothing. */
const LEAST_OVERLAP = 0.5;

function addCorrelation(plane: FourierPlane, [before, after]: readonly [Raster, Raster], reach: number, score: Float64Array): void {
  const [a, b] = [spectraOf(plane, before), spectraOf(plane, after)];
  const overlap = product(plane, a.mask, b.mask);
  const [sumA, sumB] = [product(plane, a.value, b.mask), product(plane, a.mask, b.value)];
  const [squareA, squareB] = [product(plane, a.square, b.mask), product(plane, a.mask, b.square)];
  const both = product(plane, a.value, b.value);
  const least = LEAST_OVERLAP * before.values.length;
  for (let down = -reach, at = 0; down <= reach; down++) {
    const row = ((down + plane.rows) % plane.rows) * plane.columns;
    for (let right = -reach; right <= reach; right++, at++) {
      const k = row + ((right + plane.columns) % plane.columns);
      const n = overlap[k]!;
      if (n < least) continue;
      const varianceA = squareA[k]! - sumA[k]! ** 2 / n;
      const varianceB = squareB[k]! - sumB[k]! ** 2 / n;
      if (varianceA > 1e-3 * n && varianceB > 1e-3 * n) score[at]! += (both[k]! - (sumA[k]! * sumB[k]!) / n) / sqrt(varianceA * varianceB);
    }
  }
}

interface Spectrum {
  readonly re: Float32Array;
  readonly im: Float32Array;
}

function spectraOf(plane: FourierPlane, { rows, columns, values }: Raster): Record<'mask' | 'value' | 'square', Spectrum> {
  const fill = (of: (value: number) => number): Spectrum => {
    const re = new Float32Array(plane.rows * plane.columns);
    for (let row = 0; row < rows; row++) {
      for (let column = 0; column < columns; column++) {
        const value = values[row * columns + column]!;
        re[row * plane.columns + column] = value === value ? of(value) : 0;
      }
    }
    const spectrum = { re, im: new Float32Array(re.length) };
    plane.forward(spectrum);
    return spectrum;
  };
  return { mask: fill(() => 1), value: fill(value => value), square: fill(value => value ** 2) };
}

/** Σ a(x)·b(x + d) at every displacement d. */
function product(plane: FourierPlane, a: Spectrum, b: Spectrum): Float32Array {
  const re = new Float32Array(a.re.length);
  const im = new Float32Array(a.re.length);
  for (let k = 0; k < re.length; k++) {
    re[k] = a.re[k]! * b.re[k]! + a.im[k]! * b.im[k]!;
    im[k] = a.re[k]! * b.im[k]! - a.im[k]! * b.re[k]!;
  }
  plane.inverse({ re, im });
  return re;
}

function smoothSide(side: number): number {
  let length = side;
  while (!isSmooth(length)) length++;
  return length;
}
