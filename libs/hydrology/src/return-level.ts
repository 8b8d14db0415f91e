import { quantile } from './quantile.js';
import { uniformNumbers } from './random-numbers.js';
import { HOUR_MS } from './time-grid.js';

/** A Gumbel law: F(x) = exp(−exp(−(x − location)/scale)). */
export interface Gumbel {
  readonly location: number;
  readonly scale: number;
}

/** The largest value of one hydrological year (September to August), named by the year in which it starts. */
export interface AnnualMaximum {
  readonly year: number;
  readonly value: number;
  readonly time: number;
  /** Share of the hours of the year that have a value. */
  readonly completeness: number;
}

/** A discharge exceeded on average once in `years`, with its confidence interval. */
export interface ReturnLevel {
  readonly years: number;
  readonly value: number;
  readonly low: number;
  readonly high: number;
}

const EULER = 0.577_215_664_901_532_9;
const SEPTEMBER = 8;

/** 1 September 00:00 UTC of a year; the hydrological year `year` is the interval (start, start of the next]. */
export const hydrologicalYearStart = (year: number): number => Date.UTC(year, SEPTEMBER, 1);

/**
 * Maxima of values on equal steps (hours unless `stepMs` says otherwise) by hydrological year, for the years `first` to `last` (by the year in which they start). A year
 * counts when at least `minCompleteness` of its steps have a value; NaN is missing. The others are returned as `refused`.
 */
export function annualMaxima(
  times: ArrayLike<number>,
  values: ArrayLike<number>,
  years: { readonly first: number; readonly last: number; readonly minCompleteness: number; readonly stepMs?: number },
): { readonly maxima: readonly AnnualMaximum[]; readonly refused: readonly AnnualMaximum[] } {
  const all: AnnualMaximum[] = [];
  for (let year = years.first; year <= years.last; year++)
    all.push(maximumOfYear({ times, values, stepMs: years.stepMs ?? HOUR_MS }, year));
  const complete = (maximum: AnnualMaximum): boolean => maximum.completeness >= years.minCompleteness;
  return { maxima: all.filter(complete), refused: all.filter(maximum => !complete(maximum)) };
}

interface Series {
  readonly times: ArrayLike<number>;
  readonly values: ArrayLike<number>;
  readonly stepMs: number;
}

function maximumOfYear({ times, values, stepMs }: Series, year: number): AnnualMaximum {
  const [from, to] = [hydrologicalYearStart(year), hydrologicalYearStart(year + 1)];
  let [value, time, count] = [-Infinity, NaN, 0];
  for (let k = 0; k < times.length; k++) {
    if (times[k]! <= from || times[k]! > to || Number.isNaN(values[k]!)) continue;
    count++;
    if (values[k]! > value) [value, time] = [values[k]!, times[k]!];
  }
  return { year, value, time, completeness: count / ((to - from) / stepMs) };
}

/**
 * Fits a Gumbel law by L-moments (Hosking 1990, table 2): scale = λ₂/ln 2, location = λ₁ − γ·scale, with the unbiased
 * sample moments b₀ = mean and b₁ = Σ (i − 1)/(n − 1)·x₍ᵢ₎/n, λ₂ = 2b₁ − b₀.
 * @throws RangeError for fewer than three values: two make no estimate of spread.
 */
export function fitGumbel(maxima: readonly number[]): Gumbel {
  const n = maxima.length;
  if (n < 3) throw new RangeError(`a Gumbel law needs at least three annual maxima, there are ${n}`);
  const sorted = [...maxima].sort((a, b) => a - b);
  const mean = sorted.reduce((sum, x) => sum + x, 0) / n;
  const b1 = sorted.reduce((sum, x, i) => sum + (i / (n - 1)) * x, 0) / n;
  const scale = (2 * b1 - mean) / Math.LN2;
  return { location: mean - EULER * scale, scale };
}

/** Reduced variate of a return period T in years: −ln(−ln(1 − 1/T)). */
export const reducedVariate = (years: number): number => -Math.log(-Math.log(1 - 1 / years));

/**
 * Return levels x_T = location + scale·y_T with a 90 % interval from a parametric bootstrap: samples of the same length are
 * drawn from the fitted law, fitted again, and the quantiles .05 and .95 of their x_T are taken. Same seed, same interval.
 */
export function returnLevels(
  maxima: readonly number[],
  years: readonly number[],
  bootstrap: { readonly samples: number; readonly seed: number },
): ReturnLevel[] {
  const law = fitGumbel(maxima);
  const uniform = uniformNumbers(bootstrap.seed);
  const random = (): number => uniform() + 2 ** -33; // the middle of its step: never 0
  const fits = Array.from({ length: bootstrap.samples }, () =>
    fitGumbel(maxima.map(() => law.location - law.scale * Math.log(-Math.log(random())))),
  );
  return years.map(period => {
    const levels = fits.map(fit => fit.location + fit.scale * reducedVariate(period));
    const value = law.location + law.scale * reducedVariate(period);
    return { years: period, value, low: quantile(levels, 0.05), high: quantile(levels, 0.95) };
  });
}

/** Flow that a place of another area would have: Q·(A/A₀)^exponent. */
export const scaleByArea = (discharge: number, area: number, gaugedArea: number, exponent: number): number =>
  discharge * (area / gaugedArea) ** exponent;

/** Slope of ln Q on ln A by least squares; NaN when the areas are all the same. */
export function fitAreaExponent(gauges: readonly { readonly areaM2: number; readonly discharge: number }[]): number {
  const x = gauges.map(gauge => Math.log(gauge.areaM2));
  const y = gauges.map(gauge => Math.log(gauge.discharge));
  const mean = (values: readonly number[]): number => values.reduce((sum, value) => sum + value, 0) / values.length;
  const [meanX, meanY] = [mean(x), mean(y)];
  const covariance = x.reduce((sum, value, k) => sum + (value - meanX) * (y[k]! - meanY), 0);
  return covariance / x.reduce((sum, value) => sum + (value - meanX) ** 2, 0);
}
