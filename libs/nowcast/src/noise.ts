import { normalDeviates, uniformNumbers } from '#hydrology';
import { bandWindow, type Cascade } from './cascade.js';
import type { ComplexPlane } from './fourier-plane.js';
import type { Raster } from './raster.js';

// taken out of the global once: in a sandboxed context each look-up of a global costs more than the sum it serves
const { hypot } = Math;

/** Levels with more cells than this are not drawn anew each time. */
const MOST_DRAWN = 30_000;
/** Pairs of fields that stand for all noise of a large level. */
const BANK_PAIRS = 2;

/**
 * Random fields for each level with the spectrum of the rain (Bowler 2006: white noise times the amplitude of the rain's
 * Fourier transform), of zero mean and unit variance. Small levels are drawn by an inverse transform each time. Large ones come from a
 * few fields drawn once, shifted around the torus by a random way, perhaps turned by half a circle and with the sign changed: a
 * stationary periodic field keeps its law under all three, and two shifts of a field that is many times wider than its
 * structures have almost nothing in common.
 */
export class NoiseSource {
  private readonly amplitude: Float32Array;
  private readonly banks: (readonly Float32Array[])[] = [];

  constructor(
    private readonly cascade: Cascade,
    field: Float32Array,
    seed: number,
  ) {
    this.amplitude = amplitudeOf(cascade, field);
    const draw = normalDeviates(seed);
    for (let level = 0; level < cascade.count; level++) {
      const large = (cascade.rows >> level) * (cascade.columns >> level) > MOST_DRAWN;
      this.banks.push(large ? Array.from({ length: BANK_PAIRS }, () => this.drawPair(level, draw)).flat() : []);
    }
  }

  /** The noise of one member, the same for the same seed. */
  ofMember(seed: number): MemberNoise {
    return new MemberNoise(this.cascade, this.banks, (level, draw) => this.drawPair(level, draw), seed);
  }

  private drawPair(level: number, draw: () => number): readonly [Float32Array, Float32Array] {
    const { cascade, amplitude } = this;
    const [rows, columns] = [cascade.rows >> level, cascade.columns >> level];
    const white = { re: new Float32Array(rows * columns), im: new Float32Array(rows * columns) };
    let power = 0;
    for (let row = 0; row < rows; row++) {
      const fromRow = row < rows / 2 ? row : cascade.rows - rows + row;
      const fy = (row < rows / 2 ? row : row - rows) / cascade.rows;
      for (let column = 0; column < columns; column++) {
        const from = fromRow * cascade.columns + (column < columns / 2 ? column : cascade.columns - columns + column);
        const fx = (column < columns / 2 ? column : column - columns) / cascade.columns;
        const weight = amplitude[from]! * bandWindow(hypot(fx, fy), level, cascade.count - 1);
        power += weight * weight;
        if (weight === 0) continue;
        white.re[row * columns + column] = weight * draw();
        white.im[row * columns + column] = weight * draw();
      }
    }
    cascade.inverse(white, level);
    const scale = power > 0 ? (rows * columns) / Math.sqrt(power) : 0;
    return [white.re.map(x => x * scale), white.im.map(x => x * scale)];
  }
}

/** |F| of the field about its mean, made even in the frequencies, so that the two parts of a pair stay apart. */
function amplitudeOf(cascade: Cascade, field: Float32Array): Float32Array {
  const mean = field.reduce((sum, value) => sum + value, 0) / field.length;
  const { re, im }: ComplexPlane = cascade.spectrum(
    field.map(value => value - mean),
    new Float32Array(field.length),
  );
  return re.map((x, k) => hypot(x, im[k]!));
}

/** A draw from a bank: which field, where it begins, which way it runs and with which sign. */
interface Draw {
  readonly values: Float32Array;
  readonly row: number;
  readonly column: number;
  readonly turned: boolean;
  readonly sign: number;
}

/** The noise of one member. */
export class MemberNoise {
  private readonly uniform: () => number;
  private readonly normal: () => number;
  private readonly spare: (Float32Array | undefined)[] = [];

  constructor(
    private readonly cascade: Cascade,
    private readonly banks: readonly (readonly Float32Array[])[],
    private readonly drawPair: (level: number, draw: () => number) => readonly [Float32Array, Float32Array],
    seed: number,
  ) {
    this.uniform = uniformNumbers(seed);
    this.normal = normalDeviates(seed ^ 0x5bd1e995);
  }

  /** previous ← first·now + second·previous + scale·ε, on the grid of the level. */
  step(level: number, now: Raster, previous: Raster, [first, second, scale]: readonly [number, number, number]): void {
    const { values, row, column, turned, sign } = this.next(level);
    const { rows, columns } = now;
    const amount = sign * scale;
    for (let r = 0, k = 0; r < rows; r++) {
      const fromRow = (turned ? row - r + rows : row + r) % rows;
      const line = values.subarray(fromRow * columns, (fromRow + 1) * columns);
      let from = column;
      for (let c = 0; c < columns; c++, k++) {
        previous.values[k] = first * now.values[k]! + second * previous.values[k]! + amount * line[from]!;
        if (turned) from = from === 0 ? columns - 1 : from - 1;
        else from = from === columns - 1 ? 0 : from + 1;
      }
    }
  }

  private next(level: number): Draw {
    const bank = this.banks[level]!;
    if (bank.length === 0) return { values: this.drawSmall(level), row: 0, column: 0, turned: false, sign: 1 };
    const pick = (count: number): number => Math.floor(this.uniform() * count);
    const values = bank[pick(bank.length)]!;
    const [row, column] = [pick(this.cascade.rows >> level), pick(this.cascade.columns >> level)];
    return { values, row, column, turned: this.uniform() < 0.5, sign: this.uniform() < 0.5 ? -1 : 1 };
  }

  private drawSmall(level: number): Float32Array {
    const kept = this.spare[level];
    if (kept !== undefined) {
      this.spare[level] = undefined;
      return kept;
    }
    const [now, later] = this.drawPair(level, this.normal);
    this.spare[level] = later;
    return now;
  }
}
