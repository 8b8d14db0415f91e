/**
 * Discrete Fourier transforms of many lines of one length at a time, by Stockham's self-sorting algorithm with radices 4, 2, 3
 * and 5 (Van Loan 1992, Computational frameworks for the fast Fourier transform, 1.7). Element i of line b lies at
 * [i × lines + b], so that every inner loop runs over neighbouring numbers.
 */
export class FourierLines {
  private readonly stages: readonly Stage[];
  private otherRe: Float64Array;
  private otherIm: Float64Array;

  /** @throws RangeError when `length` has a prime factor above 5 or a count is not positive. */
  constructor(
    readonly length: number,
    readonly lines: number,
  ) {
    this.stages = stagesOf(length, lines);
    this.otherRe = new Float64Array(length * lines);
    this.otherIm = new Float64Array(length * lines);
  }

  /** Σ x·exp(−2πi jk/n), unscaled, in place. For the inverse swap the two arrays: F⁻¹(re, im) is F(im, re) with both swapped. */
  transform(re: Float64Array, im: Float64Array): void {
    let [fromRe, fromIm, toRe, toIm] = [re, im, this.otherRe, this.otherIm];
    for (const stage of this.stages) {
      BUTTERFLIES[stage.radix](stage, { fromRe, fromIm, toRe, toIm });
      [fromRe, fromIm, toRe, toIm] = [toRe, toIm, fromRe, fromIm];
    }
    if (fromRe === re) return;
    re.set(fromRe);
    im.set(fromIm);
  }
}

type Radix = 2 | 3 | 4 | 5;

interface Stage {
  readonly radix: Radix;
  /** Blocks of this stage; block k has the twiddle factors k·radix … of `cos` and `sin`. */
  readonly blocks: number;
  /** Numbers that stay together. */
  readonly stride: number;
  readonly cos: Float64Array;
  readonly sin: Float64Array;
}

interface Lines {
  readonly fromRe: Float64Array;
  readonly fromIm: Float64Array;
  readonly toRe: Float64Array;
  readonly toIm: Float64Array;
}

/** Is the length a product of 2, 3 and 5? */
export function isSmooth(length: number): boolean {
  let rest = length;
  for (const factor of [2, 3, 5]) while (rest > 1 && rest % factor === 0) rest /= factor;
  return rest === 1;
}

function stagesOf(length: number, lines: number): Stage[] {
  if (!Number.isInteger(length) || length < 1 || !isSmooth(length) || !Number.isInteger(lines) || lines < 1) {
    throw new RangeError(`${lines} lines of ${length} cannot be transformed: the length must be a product of 2, 3 and 5`);
  }
  const stages: Stage[] = [];
  for (let [rest, stride] = [length, lines]; rest > 1;) {
    const radix: Radix = rest % 4 === 0 ? 4 : rest % 2 === 0 ? 2 : rest % 3 === 0 ? 3 : 5;
    const blocks = rest / radix;
    const angle = (k: number): number => (-2 * Math.PI * Math.floor(k / radix) * (k % radix)) / rest;
    const cos = Float64Array.from({ length: rest }, (_, k) => Math.cos(angle(k)));
    const sin = Float64Array.from({ length: rest }, (_, k) => Math.sin(angle(k)));
    stages.push({ radix, blocks, stride, cos, sin });
    rest = blocks;
    stride *= radix;
  }
  return stages;
}

const BUTTERFLIES: Readonly<Record<Radix, (stage: Stage, lines: Lines) => void>> = { 2: two, 3: three, 4: four, 5: five };

function two({ blocks, stride, cos, sin }: Stage, { fromRe, fromIm, toRe, toIm }: Lines): void {
  for (let k = 0; k < blocks; k++) {
    const [c1, s1] = [cos[2 * k + 1]!, sin[2 * k + 1]!];
    for (let a = k * stride, b = a + blocks * stride, y = 2 * k * stride, end = a + stride; a < end; a++, b++, y++) {
      const ar = fromRe[a]!;
      const ai = fromIm[a]!;
      const br = fromRe[b]!;
      const bi = fromIm[b]!;
      const dr = ar - br;
      const di = ai - bi;
      toRe[y] = ar + br;
      toIm[y] = ai + bi;
      toRe[y + stride] = dr * c1 - di * s1;
      toIm[y + stride] = dr * s1 + di * c1;
    }
  }
}

const SIN_60 = Math.sqrt(3) / 2;

function three({ blocks, stride, cos, sin }: Stage, { fromRe, fromIm, toRe, toIm }: Lines): void {
  const apart = blocks * stride;
  for (let k = 0; k < blocks; k++) {
    const c1 = cos[3 * k + 1]!;
    const s1 = sin[3 * k + 1]!;
    const c2 = cos[3 * k + 2]!;
    const s2 = sin[3 * k + 2]!;
    for (let a = k * stride, y = 3 * k * stride, end = a + stride; a < end; a++, y++) {
      const ar = fromRe[a]!;
      const ai = fromIm[a]!;
      const br = fromRe[a + apart]!;
      const bi = fromIm[a + apart]!;
      const cr = fromRe[a + 2 * apart]!;
      const ci = fromIm[a + 2 * apart]!;
      const mr = ar - 0.5 * (br + cr);
      const mi = ai - 0.5 * (bi + ci);
      const nr = SIN_60 * (bi - ci);
      const ni = SIN_60 * (cr - br);
      toRe[y] = ar + br + cr;
      toIm[y] = ai + bi + ci;
      toRe[y + stride] = (mr + nr) * c1 - (mi + ni) * s1;
      toIm[y + stride] = (mr + nr) * s1 + (mi + ni) * c1;
      toRe[y + 2 * stride] = (mr - nr) * c2 - (mi - ni) * s2;
      toIm[y + 2 * stride] = (mr - nr) * s2 + (mi - ni) * c2;
    }
  }
}

function four({ blocks, stride, cos, sin }: Stage, { fromRe, fromIm, toRe, toIm }: Lines): void {
  const apart = blocks * stride;
  for (let k = 0; k < blocks; k++) {
    const c1 = cos[4 * k + 1]!;
    const s1 = sin[4 * k + 1]!;
    const c2 = cos[4 * k + 2]!;
    const s2 = sin[4 * k + 2]!;
    const c3 = cos[4 * k + 3]!;
    const s3 = sin[4 * k + 3]!;
    for (let a = k * stride, y = 4 * k * stride, end = a + stride; a < end; a++, y++) {
      const ar = fromRe[a]!;
      const ai = fromIm[a]!;
      const br = fromRe[a + apart]!;
      const bi = fromIm[a + apart]!;
      const cr = fromRe[a + 2 * apart]!;
      const ci = fromIm[a + 2 * apart]!;
      const dr = fromRe[a + 3 * apart]!;
      const di = fromIm[a + 3 * apart]!;
      const pr = ar + cr;
      const pi = ai + ci;
      const qr = ar - cr;
      const qi = ai - ci;
      const tr = br + dr;
      const ti = bi + di;
      const ur = bi - di;
      const ui = dr - br;
      toRe[y] = pr + tr;
      toIm[y] = pi + ti;
      toRe[y + stride] = (qr + ur) * c1 - (qi + ui) * s1;
      toIm[y + stride] = (qr + ur) * s1 + (qi + ui) * c1;
      toRe[y + 2 * stride] = (pr - tr) * c2 - (pi - ti) * s2;
      toIm[y + 2 * stride] = (pr - tr) * s2 + (pi - ti) * c2;
      toRe[y + 3 * stride] = (qr - ur) * c3 - (qi - ui) * s3;
      toIm[y + 3 * stride] = (qr - ur) * s3 + (qi - ui) * c3;
    }
  }
}

const [COS_72, SIN_72] = [Math.cos((2 * Math.PI) / 5), Math.sin((2 * Math.PI) / 5)];
const [COS_144, SIN_144] = [Math.cos((4 * Math.PI) / 5), Math.sin((4 * Math.PI) / 5)];

function five({ blocks, stride, cos, sin }: Stage, { fromRe, fromIm, toRe, toIm }: Lines): void {
  const apart = blocks * stride;
  const [xr, xi] = [new Float64Array(5), new Float64Array(5)];
  for (let k = 0; k < blocks; k++) {
    for (let a = k * stride, y = 5 * k * stride, end = a + stride; a < end; a++, y++) {
      fiveOf(fromRe, fromIm, [a, apart], { xr, xi });
      for (let j = 0; j < 5; j++) {
        const c = cos[5 * k + j]!;
        const s = sin[5 * k + j]!;
        toRe[y + j * stride] = xr[j]! * c - xi[j]! * s;
        toIm[y + j * stride] = xr[j]! * s + xi[j]! * c;
      }
    }
  }
}

/** The five sums of one butterfly of radix 5. */
function fiveOf(
  re: Float64Array,
  im: Float64Array,
  [a, apart]: readonly [number, number],
  { xr, xi }: { readonly xr: Float64Array; readonly xi: Float64Array },
): void {
  const [ar, ai] = [re[a]!, im[a]!];
  const [b, c, d, e] = [a + apart, a + 2 * apart, a + 3 * apart, a + 4 * apart];
  const [sr, si, dr, di] = [re[b]! + re[e]!, im[b]! + im[e]!, re[b]! - re[e]!, im[b]! - im[e]!];
  const [tr, ti, er, ei] = [re[c]! + re[d]!, im[c]! + im[d]!, re[c]! - re[d]!, im[c]! - im[d]!];
  const [pr, pi] = [ar + COS_72 * sr + COS_144 * tr, ai + COS_72 * si + COS_144 * ti];
  const [qr, qi] = [ar + COS_144 * sr + COS_72 * tr, ai + COS_144 * si + COS_72 * ti];
  const [ur, ui] = [SIN_72 * di + SIN_144 * ei, -SIN_72 * dr - SIN_144 * er];
  const [vr, vi] = [SIN_144 * di - SIN_72 * ei, -SIN_144 * dr + SIN_72 * er];
  xr[0] = ar + sr + tr;
  xi[0] = ai + si + ti;
  xr[1] = pr + ur;
  xi[1] = pi + ui;
  xr[4] = pr - ur;
  xi[4] = pi - ui;
  xr[2] = qr + vr;
  xi[2] = qi + vi;
  xr[3] = qr - vr;
  xi[3] = qi - vi;
}
