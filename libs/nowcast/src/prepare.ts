import { advect } from './advect.js';
import { correlationOf, fitAutoregression, spreadOf, type Autoregression } from './autoregression.js';
import { Cascade, type Levels } from './cascade.js';
import { waysBack, type VectorField } from './displacement.js';
import { sortedRates } from './distribution.js';
import { fillGaps } from './fill-gaps.js';
import { toLogRain } from './log-rain.js';
import { estimateMotion } from './motion.js';
import type { NowcastProblem } from './nowcast.js';
import { raster, resize, type Raster } from './raster.js';
import type { NowcastSettings } from './settings.js';
import { estimateTrend, type Trend } from './trend.js';
import { BLOCK, distanceFromRain } from './wet-reach.js';

/** Everything that the steps and the members share. */
export interface Prepared {
  readonly problem: NowcastProblem;
  readonly settings: NowcastSettings;
  readonly cascade: Cascade;
  readonly motion: VectorField;
  /** Ways back of each step. */
  readonly ways: readonly VectorField[];
  /** The last mosaic, dB, on the raster of the cascade; NaN where it is not seen. */
  readonly now: Raster;
  /** The same without gaps. */
  readonly filled: Raster;
  /** Levels of the last mosaic and of the one before, carried along; the last level about `mean`. */
  readonly levels: Levels;
  readonly before: Levels;
  readonly mean: number;
  readonly models: readonly Autoregression[];
  /** Standard deviation of each level where it rains or nearly does, dB. */
  readonly spreads: readonly number[];
  readonly counts: readonly Uint8Array[];
  readonly trend: Trend;
  /** km from rain, on blocks. */
  readonly distance: Raster;
  /** Rates of the last mosaic in ascending order. */
  readonly sorted: Float32Array;
}

/** The last mosaics that say how the rain moves and forgets. */
const MOSAICS = 3;
/** Levels are compared on cells that are not farther from rain, km. */
const NEAR_KM = 30;

export function prepare(problem: NowcastProblem, settings: NowcastSettings): Prepared {
  const { rows, columns, cellKm, stepMinutes, steps } = problem;
  const rates = problem.mosaics.slice(-MOSAICS).map(values => raster(rows, columns, values));
  const logs = rates.map(({ values }) => raster(rows, columns, toLogRain(values)));
  const most = (settings.fastestKmH * stepMinutes) / 60 / cellKm;
  const motion = estimateMotion(logs, { most, spacing: BLOCK });
  const ways = waysBack(motion, Math.max(steps, MOSAICS));
  const carried = (fields: readonly Raster[]): Raster[] => fields.map((field, t) => carry(field, ways, fields.length - 1 - t)).reverse();
  const aligned = carried(logs);
  const cascade = new Cascade(rows, columns);
  const frames = aligned.map(field => resize(field, cascade.rows, cascade.columns));
  const distance = distanceFromRain(frames[0]!);
  for (let k = 0; k < distance.values.length; k++) distance.values[k]! *= cellKm;
  const fitted = fitLevels(cascade, frames, distance);
  const trend = estimateTrend(
    aligned,
    carried(rates.slice(-2)).map(({ values }) => values),
  );
  const sorted = sortedRates(problem.mosaics.at(-1)!);
  return { problem, settings, cascade, motion, ways, now: frames[0]!, distance, trend, sorted, ...fitted };
}

const carry = (field: Raster, ways: readonly VectorField[], steps: number): Raster =>
  steps === 0 ? field : advect(field, ways[steps - 1]!);

type Fitted = Pick<Prepared, 'filled' | 'levels' | 'before' | 'mean' | 'models' | 'spreads' | 'counts'>;

/** Levels of the fields (newest first) and how they forget. */
function fitLevels(cascade: Cascade, frames: readonly Raster[], distance: Raster): Fitted {
  const filled = fillGaps(frames[0]!, 0);
  const older = frames.slice(1).map(frame => withoutGaps(frame, filled));
  const [levels, before] = cascade.decompose(filled.values, older[0]!);
  const [earlier] = older.length > 1 ? cascade.decompose(older[1]!, older[1]!) : [undefined];
  const seen = Uint8Array.from(filled.values, (_, k) => (frames.every(({ values }) => values[k]! === values[k]!) ? 1 : 0));
  const counts = levels.map((_, j) => countsOf(cascade, j, seen, distance));
  const mean = centre(levels.at(-1)!, counts.at(-1)!);
  for (const one of [before, earlier]) if (one !== undefined) shift(one.at(-1)!, -mean);
  const models = levels.map(({ values }, j) =>
    fitAutoregression(
      correlationOf(values, before[j]!.values, counts[j]!),
      earlier === undefined ? undefined : correlationOf(values, earlier[j]!.values, counts[j]!),
    ),
  );
  const spreads = levels.map(({ values }, j) => spreadOf(values, counts[j]!));
  return { filled, levels, before, mean, models, spreads, counts };
}

/** Where an older field is not seen the newest stands in. */
const withoutGaps = ({ values }: Raster, filled: Raster): Float32Array =>
  values.map((value, k) => (value === value ? value : filled.values[k]!));

/** 1 on the cells of a level that were seen in all fields and lie near rain. */
function countsOf(cascade: Cascade, level: number, seen: Uint8Array, distance: Raster): Uint8Array {
  const [rows, columns] = [cascade.rows >> level, cascade.columns >> level];
  const counts = new Uint8Array(rows * columns);
  for (let row = 0, k = 0; row < rows; row++) {
    for (let column = 0; column < columns; column++, k++) {
      const [r, c] = [row << level, column << level];
      const near = distance.values[Math.floor(r / BLOCK) * distance.columns + Math.floor(c / BLOCK)]! <= NEAR_KM;
      counts[k] = near ? seen[r * cascade.columns + c]! : 0;
    }
  }
  return counts;
}

/** Takes the mean of the counted cells off the field; returns it. */
function centre(field: Raster, counts: Uint8Array): number {
  let [sum, count] = [0, 0];
  for (let k = 0; k < counts.length; k++) {
    if (counts[k] === 0) continue;
    sum += field.values[k]!;
    count++;
  }
  const mean = count === 0 ? 0 : sum / count;
  shift(field, -mean);
  return mean;
}

function shift({ values }: Raster, by: number): void {
  for (let k = 0; k < values.length; k++) values[k]! += by;
}
