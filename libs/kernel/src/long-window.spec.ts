import { expect, test } from '@jest/globals';
import type { Cost } from './kernel.js';
import { problemOf } from './test-problem.js';

const STEPS = 100_000;
/** Of the norm of a field; measured 2e-7 to 1.4e-6. */
const ACCURACY = 1e-5;

const mean: Cost = (discharge, adjoint) => {
  adjoint.fill(1 / discharge.length);
  return discharge.reduce((sum, q) => sum + q, 0) / discharge.length;
};

test.each(['gr4', 'gr4_mlp'])('%s: every part of a gradient over 1e5 steps is that of float64', structure => {
  const size = { structure, routing: 'kw', cells: 5, steps: STEPS, seed: 12, hidden: structure === 'gr4' ? undefined : [6] } as const;
  const [exact, single] = (['f64', 'f32'] as const).map(precision => {
    const { hidden, ...rest } = size;
    const { kernel, request } = problemOf({ ...rest, ...(hidden && { hidden }), precision, largestTape: 0 });
    return kernel.gradient(request, mean);
  });
  for (const part of ['initialState', 'parameters', 'rainFactors', 'weights'] as const) {
    const [a, b] = [exact![part], single![part]];
    const norm = (values: Float64Array) => Math.sqrt(values.reduce((sum, x) => sum + x * x, 0));
    const error = norm(b.map((value, i) => value - a[i]!)) / Math.max(norm(a), Number.MIN_VALUE);
    expect({ part, accurate: error < ACCURACY, error }).toEqual({ part, accurate: true, error });
  }
});
