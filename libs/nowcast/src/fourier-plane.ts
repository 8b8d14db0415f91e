import { FourierLines } from './fourier-line.js';

/** A complex field or spectrum, row-major; two real fields travel as its two parts. */
export interface ComplexPlane {
  readonly re: Float32Array;
  readonly im: Float32Array;
}

/** So many lines at a time stay in the second cache. */
const LINES_AT_ONCE = 8;

/**
 * Fourier transform of a complex plane, in place. A real filter that is even in the frequencies keeps the two parts apart, so two
 * real fields are filtered for the price of one.
 */
export class FourierPlane {
  private readonly alongRows: FourierLines;
  private readonly alongColumns: FourierLines;
  private readonly re: Float64Array;
  private readonly im: Float64Array;

  /** @throws RangeError when a side has a prime factor above 5. */
  constructor(
    readonly rows: number,
    readonly columns: number,
  ) {
    this.alongRows = new FourierLines(columns, LINES_AT_ONCE);
    this.alongColumns = new FourierLines(rows, LINES_AT_ONCE);
    this.re = new Float64Array(Math.max(rows, columns) * LINES_AT_ONCE);
    this.im = new Float64Array(Math.max(rows, columns) * LINES_AT_ONCE);
  }

  /** Unscaled: the first coefficient is the sum. Frequencies of row r: r below rows/2, r − rows above. */
  forward({ re, im }: ComplexPlane): void {
    this.along(re, im, 1);
  }

  /** Scaled by 1/(rows·columns): the inverse of `forward`. */
  inverse({ re, im }: ComplexPlane): void {
    this.along(im, re, 1 / (this.rows * this.columns));
  }

  private along(re: Float32Array, im: Float32Array, scale: number): void {
    const { rows, columns } = this;
    for (let row = 0; row < rows; row += LINES_AT_ONCE) {
      const count = Math.min(LINES_AT_ONCE, rows - row);
      this.lines(this.alongRows, re, im, { first: row * columns, between: columns, count, step: 1, scale: 1 });
    }
    for (let column = 0; column < columns; column += LINES_AT_ONCE) {
      const count = Math.min(LINES_AT_ONCE, columns - column);
      this.lines(this.alongColumns, re, im, { first: column, between: 1, count, step: columns, scale });
    }
  }

  private lines(plan: FourierLines, re: Float32Array, im: Float32Array, { first, between, count, step, scale }: LineSet): void {
    const [lineRe, lineIm] = [this.re.subarray(0, plan.length * LINES_AT_ONCE), this.im.subarray(0, plan.length * LINES_AT_ONCE)];
    for (let i = 0, from = first; i < plan.length; i++, from += step) {
      for (let b = 0; b < count; b++) {
        lineRe[i * LINES_AT_ONCE + b] = re[from + b * between]!;
        lineIm[i * LINES_AT_ONCE + b] = im[from + b * between]!;
      }
    }
    plan.transform(lineRe, lineIm);
    for (let i = 0, to = first; i < plan.length; i++, to += step) {
      for (let b = 0; b < count; b++) {
        re[to + b * between] = scale * lineRe[i * LINES_AT_ONCE + b]!;
        im[to + b * between] = scale * lineIm[i * LINES_AT_ONCE + b]!;
      }
    }
  }
}

interface LineSet {
  readonly first: number;
  /** From one line to the next. */
  readonly between: number;
  readonly count: number;
  /** From one element to the next. */
  readonly step: number;
  readonly scale: number;
}
