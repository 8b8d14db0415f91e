import { advect } from './advect.js';
import { correlationOf, noiseVariances, skillOf } from './autoregression.js';
import { blendWeights, type LevelWeights } from './blend.js';
import type { Levels } from './cascade.js';
import { waysBack } from './displacement.js';
import { sortedRates, type Distribution } from './distribution.js';
import { fillGaps } from './fill-gaps.js';
import { toLogRain } from './log-rain.js';
import type { Prepared } from './prepare.js';
import { raster, resize, sampleAt, type Raster } from './raster.js';
import { trendSum } from './trend.js';
import { BLOCK } from './wet-reach.js';

/** The forecast of one step without noise, where the rain is now: what all members have in common. */
export interface MeanField {
  /** dB on the raster of the cascade; NaN where nothing was seen. */
  readonly field: Float32Array;
  /** By which the noise of each level is multiplied; 1 without a model. */
  readonly gains: readonly number[];
  /** Whose distribution of rates it takes. */
  readonly targets: readonly Distribution[];
}

/** Far from rain a field is lowered by so much that no noise makes it rain, dB. */
const DRY_DB = 40;

/** The forecast of each step (S-PROG, Seed 2003): every level forgets as fast as it did; with a model its levels take over. */
export function meanFields(prepared: Prepared): MeanField[] {
  const { levels, models, before, problem } = prepared;
  let [now, previous] = [levels.map(copyOf), before.map(copyOf)];
  const forward = problem.model === undefined ? [] : waysBack(prepared.motion, problem.steps, -1);
  return prepared.ways.slice(0, problem.steps).map((_, n) => {
    for (const [j, { first, second }] of models.entries()) {
      const [x, y] = [now[j]!.values, previous[j]!.values];
      for (let k = 0; k < x.length; k++) y[k] = first * x[k]! + second * y[k]!;
    }
    [now, previous] = [previous, now];
    const modelRates = problem.model?.rates(n);
    const blended = modelRates === undefined ? unblended(prepared, now) : blend(prepared, now, n, { rates: modelRates, way: forward[n]! });
    const field = new Float32Array(prepared.filled.values.length);
    prepared.cascade.recompose(blended.levels, field);
    finish(prepared, field, n);
    return { field, gains: blended.gains, targets: blended.targets };
  });
}

const copyOf = ({ rows, columns, values }: Raster): Raster => raster(rows, columns, values.slice());

interface Blended extends Omit<MeanField, 'field'> {
  readonly levels: Levels;
}

const unblended = ({ sorted }: Prepared, levels: Levels): Blended => ({
  levels,
  gains: levels.map(() => 1),
  targets: [{ sorted, weight: 1 }],
});

interface ModelStep {
  readonly rates: Float32Array;
  /** Ways along the motion: they bring the model's rain to where the observed rain that meets it is now. */
  readonly way: ReturnType<typeof waysBack>[number];
}

/** Levels of the nowcast and of the model, weighted by their skill, in the frame of the last mosaic. */
function blend(prepared: Prepared, now: Levels, step: number, { rates, way }: ModelStep): Blended {
  const { cascade, problem, levels, models, spreads, counts, mean, sorted, filled } = prepared;
  const log = advect(raster(problem.rows, problem.columns, toLogRain(rates)), way);
  const placed = fillGaps(resize(log, cascade.rows, cascade.columns), 0);
  const [model] = cascade.decompose(placed.values, filled.values);
  const last = model.at(-1)!;
  for (let k = 0; k < last.values.length; k++) last.values[k]! -= mean;
  const weights: LevelWeights[] = [];
  const mixed = now.map((level, j) => {
    const skill = skillOf(models[j]!, step + 1)[step]!;
    const weight = blendWeights(
      { nowcast: skill, model: problem.model!.skill(j, step) },
      correlationOf(levels[j]!.values, model[j]!.values, counts[j]!),
    );
    weights.push(weight);
    const ownShare = skill > 0 ? weight.nowcast / skill : 0;
    const modelShare = spreads[j]! > 0 ? (weight.model * spreads[j]!) / Math.max(rootMeanSquare(model[j]!.values, counts[j]!), 1e-6) : 0;
    return raster(
      level.rows,
      level.columns,
      level.values.map((value, k) => ownShare * value + modelShare * model[j]!.values[k]!),
    );
  });
  const gains = weights.map(({ unexplained }, j) => Math.sqrt(unexplained / Math.max(1e-6, noiseVariances(models[j]!, step + 1)[step]!)));
  const { nowcast, model: ofModel } = weights.at(-1)!;
  const targets = [
    { sorted, weight: nowcast },
    { sorted: sortedRates(rates), weight: ofModel },
  ];
  return { levels: mixed, gains, targets: nowcast + ofModel > 0 ? targets : [{ sorted, weight: 1 }] };
}

function rootMeanSquare(values: Float32Array, counts: Uint8Array): number {
  let [sum, count] = [0, 0];
  for (let k = 0; k < values.length; k++) {
    if (counts[k] === 0) continue;
    sum += values[k]! ** 2;
    count++;
  }
  return Math.sqrt(sum / Math.max(1, count));
}

/** The mean, growth and decay, and the rim beyond which no rain appears; NaN where nothing was seen. */
function finish({ cascade, now, mean, trend, distance, settings, problem }: Prepared, field: Float32Array, step: number): void {
  const hours = ((step + 1) * problem.stepMinutes) / 60;
  const rim = settings.rimKm + settings.rimGrowthKmH * hours;
  const onBlocks = raster(
    distance.rows,
    distance.columns,
    distance.values.map(km => (problem.model === undefined ? -DRY_DB * Math.min(1, Math.max(0, km / rim - 1)) : 0)),
  );
  if (settings.trend) {
    const factor = trendSum(trend, step + 1);
    for (let row = 0; row < trend.change.rows; row++) {
      for (let column = 0; column < trend.change.columns; column++) {
        onBlocks.values[row * onBlocks.columns + column]! += factor * trend.change.values[row * trend.change.columns + column]!;
      }
    }
  }
  for (let row = 0, k = 0; row < cascade.rows; row++) {
    for (let column = 0; column < cascade.columns; column++, k++) {
      if (now.values[k]! !== now.values[k]!) field[k] = NaN;
      else field[k]! += mean + sampleAt(onBlocks, (row + 0.5) / BLOCK - 0.5, (column + 0.5) / BLOCK - 0.5);
    }
  }
}
