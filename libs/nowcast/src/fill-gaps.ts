import { raster, type Raster } from './raster.js';

// taken out of the global once: in a sandboxed context each look-up of a global costs more than the sum it serves
const { min, max } = Math;

/**
 * Gives every cell without a value one that continues its surroundings smoothly: values are averaged from fine to coarse, weighted,
 * and the coarse ones come back where the fine ones say little (push and pull, Gortler et al. 1996). `weights` ≥ 0 say how much a
 * value counts, in units of one full cell; without them a cell counts when it has a value. A field without any value becomes `otherwise`.
 */
export function fillGaps(field: Raster, otherwise: number, weights?: Float32Array): Raster {
  const [values, weight] = [field.values.slice(), new Float32Array(field.values.length)];
  let all = true;
  for (let k = 0; k < values.length; k++) {
    const present = values[k]! - values[k]! === 0; // a number, and finite
    weight[k] = present ? (weights?.[k] ?? 1) : 0;
    if (!present) values[k] = 0;
    if (weight[k]! < 1) all = false;
  }
  const filled = raster(field.rows, field.columns, values);
  if (all) return filled;
  if (field.rows === 1 && field.columns === 1) {
    if (weight[0] === 0) values[0] = otherwise;
    return filled;
  }
  const coarse = pushUp(filled, weight);
  pullDown(filled, weight, fillGaps(coarse.field, otherwise, coarse.weight));
  return filled;
}

function pushUp({ rows, columns, values }: Raster, weight: Float32Array): { readonly field: Raster; readonly weight: Float32Array } {
  const up = raster(Math.ceil(rows / 2), Math.ceil(columns / 2));
  const total = new Float32Array(up.values.length);
  for (let row = 0, k = 0; row < rows; row++) {
    for (let column = 0; column < columns; column++, k++) {
      const to = (row >> 1) * up.columns + (column >> 1);
      up.values[to]! += weight[k]! * values[k]!;
      total[to]! += weight[k]!;
    }
  }
  for (let k = 0; k < total.length; k++) {
    up.values[k] = total[k]! > 0 ? up.values[k]! / total[k]! : NaN;
    total[k] = min(1, total[k]!);
  }
  return { field: up, weight: total };
}

/** Bilinear between the centres of the coarse cells, by the share that a cell does not know itself. */
function pullDown({ rows, columns, values }: Raster, weight: Float32Array, coarse: Raster): void {
  for (let row = 0, k = 0; row < rows; row++) {
    const near = row >> 1;
    const far = min(max(near + (row % 2 === 0 ? -1 : 1), 0), coarse.rows - 1);
    for (let column = 0; column < columns; column++, k++) {
      const own = weight[k]!;
      if (own >= 1) continue;
      const c = column >> 1;
      const d = min(max(c + (column % 2 === 0 ? -1 : 1), 0), coarse.columns - 1);
      const [a, b] = [near * coarse.columns, far * coarse.columns];
      const from =
        0.5625 * coarse.values[a + c]! + 0.1875 * (coarse.values[a + d]! + coarse.values[b + c]!) + 0.0625 * coarse.values[b + d]!;
      values[k] = own * values[k]! + (1 - own) * from;
    }
  }
}
