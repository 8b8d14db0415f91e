import type { Prepared } from './prepare.js';
import { raster, sampleAt, type Raster } from './raster.js';
import { trendSum } from './trend.js';
import { BLOCK } from './wet-reach.js';

/** Far from rain a field is lowered by so much that no noise makes it rain, dB. */
const DRY_DB = 40;

/**
 * The forecast of each step without noise (S-PROG, Seed 2003): every level forgets as fast as it did. dB on the raster of the cascade, where the rain is
 * now; NaN where nothing was seen.
 */
export function meanFields(prepared: Prepared): Float32Array[] {
  const { levels, models, before, problem } = prepared;
  let [now, previous] = [levels.map(copyOf), before.map(copyOf)];
  return Array.from({ length: problem.steps }, (_, n) => {
    for (const [j, { first, second }] of models.entries()) {
      const [x, y] = [now[j]!.values, previous[j]!.values];
      for (let k = 0; k < x.length; k++) y[k] = first * x[k]! + second * y[k]!;
    }
    [now, previous] = [previous, now];
    const field = new Float32Array(prepared.filled.values.length);
    prepared.cascade.recompose(now, field);
    finish(prepared, field, n);
    return field;
  });
}

const copyOf = ({ rows, columns, values }: Raster): Raster => raster(rows, columns, values.slice());

/** The mean, growth and decay, and the rim beyond which no rain appears; NaN where nothing was seen. */
function finish({ cascade, now, mean, trend, distance, settings, problem }: Prepared, field: Float32Array, step: number): void {
  const hours = ((step + 1) * problem.stepMinutes) / 60;
  const rim = settings.rimKm + settings.rimGrowthKmH * hours;
  const onBlocks = raster(
    distance.rows,
    distance.columns,
    distance.values.map(km => -DRY_DB * Math.min(1, Math.max(0, km / rim - 1))),
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
