import type { StandardDescriptor } from '../descriptors.js';
import type { FieldMap } from './field-map.js';

/** A descriptor may explain as much of a parameter as is unknown of its mean. */
const SLOPE_SHARE = 1;

/** z = x₀ + Σ xᵈ·Dᵈ of one field, D with mean 0 and deviation 1; without descriptors uniform. Control: intercept, slopes. */
export function linearMap(cellCount: number, descriptors: readonly Pick<StandardDescriptor, 'values'>[]): FieldMap {
  const size = 1 + descriptors.length;
  return {
    kind: descriptors.length === 0 ? 'uniform' : 'multilinear',
    size,
    predictor: control => {
      const z = new Float64Array(cellCount).fill(control[0]!);
      descriptors.forEach(({ values }, d) => {
        for (let cell = 0; cell < cellCount; cell++) z[cell] = z[cell]! + control[1 + d]! * values[cell]!;
      });
      return z;
    },
    pullBack: (_, byPredictor) => {
      const gradient = new Float64Array(size);
      gradient[0] = byPredictor.reduce((sum, value) => sum + value, 0);
      descriptors.forEach(({ values }, d) => (gradient[1 + d] = byPredictor.reduce((sum, value, cell) => sum + value * values[cell]!, 0)));
      return gradient;
    },
    prior: ({ mean, deviation }) => ({
      mean: Float64Array.from({ length: size }, (_, i) => (i === 0 ? mean[0]! : 0)),
      deviation: Float64Array.from({ length: size }, (_, i) => (i === 0 ? 1 : SLOPE_SHARE) * deviation[0]!),
    }),
    level: z => Float64Array.from({ length: size }, (_, i) => (i === 0 ? z[0]! : 0)),
  };
}
