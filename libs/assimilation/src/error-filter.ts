import { HOUR_MS } from '#hydrology';

/**
 * The error of a run at a gauge as a sum of independent first-order autoregressive parts of different memory (timing, soil,
 * bias), tracked by a Kalman filter. Its forecast falls fast where the error was a spike and slowly where it has lasted,
 * which a single decay rate of the last error cannot do.
 */
export interface ErrorFilter {
  /** Valid time of the last observation taken in, null before the first. */
  readonly time: number | null;
  readonly mean: readonly number[];
  /** [part × parts + part], relative to the variance of one part. */
  readonly covariance: readonly number[];
}

/** e-folding times of the parts, hours. Their variances are equal. */
export const ERROR_MEMORIES_H = [4, 24, 120] as const;
/** Standard deviation of the white noise relative to one part's. */
const WHITE = 0.05;

const parts = ERROR_MEMORIES_H.length;
const identity = (): number[] => Array.from({ length: parts * parts }, (_, k) => (k % (parts + 1) === 0 ? 1 : 0));

export const newErrorFilter = (): ErrorFilter => ({ time: null, mean: new Array<number>(parts).fill(0), covariance: identity() });

/** Takes in the error (observed − run, in error space) at a later time; an earlier or equal time changes nothing. */
export function updateErrorFilter(filter: ErrorFilter, time: number, error: number): ErrorFilter {
  if (filter.time !== null && time <= filter.time) return filter;
  const decay = decayOver(filter.time === null ? Infinity : time - filter.time);
  const mean = filter.mean.map((value, i) => decay[i]! * value);
  const covariance = filter.covariance.map((value, k) => {
    const [i, j] = [Math.floor(k / parts), k % parts];
    return decay[i]! * value * decay[j]! + (i === j ? 1 - decay[i]! ** 2 : 0);
  });
  const row = mean.map((_, i) => sum(parts, j => covariance[i * parts + j]!));
  const variance = sum(parts, i => row[i]!) + WHITE ** 2;
  const innovation = error - sum(parts, i => mean[i]!);
  return {
    time,
    mean: mean.map((value, i) => value + (row[i]! / variance) * innovation),
    covariance: covariance.map((value, k) => value - (row[Math.floor(k / parts)]! * row[k % parts]!) / variance),
  };
}

/** Expected error at a later time. */
export function predictError(filter: ErrorFilter, time: number): number {
  if (filter.time === null) return 0;
  const decay = decayOver(time - filter.time);
  return sum(parts, i => decay[i]! * filter.mean[i]!);
}

/** The plain decay of the last filtered error with one e-folding time: what the multi-part forecast competes with. */
export function decayError(filter: ErrorFilter, time: number, eFoldHours: number): number {
  if (filter.time === null) return 0;
  return sum(parts, i => filter.mean[i]!) * Math.exp(-(time - filter.time) / (eFoldHours * HOUR_MS));
}

const decayOver = (ms: number): number[] => ERROR_MEMORIES_H.map(hours => Math.exp(-ms / (hours * HOUR_MS)));

function sum(count: number, term: (k: number) => number): number {
  let total = 0;
  for (let k = 0; k < count; k++) total += term(k);
  return total;
}
