import { quantile, uniformNumbers } from '#hydrology';
import type { Pairs } from './deterministic.js';
import type { FloodEvent } from './flood-events.js';

/** Indices start..end of a series, both included, that are drawn together. */
export interface Block {
  readonly start: number;
  readonly end: number;
  readonly flood: boolean;
}

/** Where the middle share of the resampled scores lies; NaN where a resample has no score. */
export interface Interval {
  readonly low: number;
  readonly high: number;
}

export interface BootstrapSettings {
  /** Resamples, B. */
  readonly samples: number;
  readonly seed: number;
  /** Of the resamples that the interval holds. */
  readonly share: number;
}

export const BOOTSTRAP_SETTINGS: BootstrapSettings = { samples: 1000, seed: 1, share: 0.9 };

/**
 * The series cut into blocks: every flood event is one, and what lies between is cut into pieces of at most `longest` steps. Hours of one flood err together, so a
 * resample takes or leaves them together (block bootstrap, Künsch 1989).
 */
export function eventBlocks(count: number, events: readonly FloodEvent[], longest: number): Block[] {
  const blocks: Block[] = [];
  let next = 0;
  const addQuiet = (until: number): void => {
    const pieces = Math.ceil((until - next) / longest);
    const size = Math.ceil((until - next) / pieces);
    for (; next < until; next += size) blocks.push({ start: next, end: Math.min(next + size, until) - 1, flood: false });
    next = until;
  };
  for (const { start, end } of [...events].sort((a, b) => a.start - b.start)) {
    addQuiet(start);
    blocks.push({ start, end, flood: true });
    next = end + 1;
  }
  addQuiet(count);
  return blocks;
}

/**
 * Intervals of NSE and KGE over resamples of blocks with replacement, floods from floods and quiet time from quiet time, so that each resample has as many floods as
 * the record. With one flood the interval says nothing of other floods, and with none only of quiet time.
 */
export function bootstrapEfficiencies(
  pairs: Pairs,
  blocks: readonly Block[],
  settings: BootstrapSettings = BOOTSTRAP_SETTINGS,
): { readonly nse: Interval; readonly kge: Interval } {
  const centre = meanObserved(pairs);
  const sums = blocks.map(block => ({ flood: block.flood, sums: sumsOf(pairs, block, centre) })).filter(({ sums: { count } }) => count > 0);
  const strata = [true, false].map(flood => sums.filter(each => each.flood === flood).map(each => each.sums));
  const scores = resample(strata, settings).map(drawn => scoresOf(drawn.reduce(addSums, NOTHING), centre));
  return { nse: intervalOf(scores.map(({ nse }) => nse), settings), kge: intervalOf(scores.map(({ kge }) => kge), settings) }; // prettier-ignore
}

/** Interval of the median of values, one an event, drawn with replacement; NaN of fewer than two. */
export function bootstrapMedian(values: readonly number[], settings: BootstrapSettings = BOOTSTRAP_SETTINGS): Interval {
  if (values.length < 2) return { low: NaN, high: NaN };
  return intervalOf(
    resample([values], settings).map(drawn => quantile(drawn, 0.5)),
    settings,
  );
}

/** Draws each stratum again, with replacement, to its own size. */
function resample<T>(strata: readonly (readonly T[])[], { samples, seed }: BootstrapSettings): T[][] {
  const uniform = uniformNumbers(seed);
  return Array.from({ length: samples }, () =>
    strata.flatMap(stratum => stratum.map(() => stratum[Math.floor(uniform() * stratum.length)]!)),
  );
}

function intervalOf(scores: readonly number[], { share }: BootstrapSettings): Interval {
  if (scores.length === 0 || !scores.every(Number.isFinite)) return { low: NaN, high: NaN };
  return { low: quantile(scores, (1 - share) / 2), high: quantile(scores, (1 + share) / 2) };
}

/** Sums over pairs, discharges counted from one centre: then their squares do not cancel. */
interface Sums {
  readonly count: number;
  readonly s: number;
  readonly o: number;
  readonly ss: number;
  readonly oo: number;
  readonly so: number;
}

const NOTHING: Sums = { count: 0, s: 0, o: 0, ss: 0, oo: 0, so: 0 };

const addSums = (a: Sums, b: Sums): Sums => ({
  ...{ count: a.count + b.count, s: a.s + b.s, o: a.o + b.o },
  ...{ ss: a.ss + b.ss, oo: a.oo + b.oo, so: a.so + b.so },
});

function meanObserved({ simulated, observed }: Pairs): number {
  const kept = Array.from(observed).filter((value, i) => Number.isFinite(value) && Number.isFinite(simulated[i]));
  return kept.reduce((sum, value) => sum + value, 0) / kept.length;
}

function sumsOf({ simulated, observed }: Pairs, { start, end }: Block, centre: number): Sums {
  let sums = NOTHING;
  for (let i = start; i <= end; i++) {
    if (!Number.isFinite(observed[i]) || !Number.isFinite(simulated[i])) continue;
    const [s, o] = [simulated[i]! - centre, observed[i]! - centre];
    sums = addSums(sums, { count: 1, s, o, ss: s * s, oo: o * o, so: s * o });
  }
  return sums;
}

/** NSE and KGE (2009) of the sums. */
function scoresOf({ count, s, o, ss, oo, so }: Sums, centre: number): { readonly nse: number; readonly kge: number } {
  const [meanS, meanO] = [s / count, o / count];
  const [varianceS, varianceO] = [ss / count - meanS ** 2, oo / count - meanO ** 2];
  const nse = 1 - (ss - 2 * so + oo) / count / varianceO;
  const r = (so / count - meanS * meanO) / Math.sqrt(varianceS * varianceO);
  const kge = 1 - Math.hypot(r - 1, Math.sqrt(varianceS / varianceO) - 1, (meanS + centre) / (meanO + centre) - 1);
  return { nse, kge };
}
