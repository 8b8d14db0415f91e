import type { RangedDescriptor } from '../descriptors.js';
import { sigmoid, sigmoidSlope } from '../sigmoid.js';
import type { FieldMap } from './field-map.js';

/** The exponents stay in this range, as in SMASH; 1 is the multi-linear map. */
const EXPONENTS = { lower: 0.5, upper: 2 };
/** Where the sigmoid of the exponent is 1. */
const EXPONENT_ONE = Math.log(0.5);
/** D from 0 to 1 varies by a third of what D with deviation 1 does. */
const FACTOR_SHARE = 3;

export const exponentOf = (y: number): number => sigmoid(y, EXPONENTS);

/**
 * z = x₀ + Σ aᵈ·Dᵈ^bᵈ of one field, D from 0 to 1. Control: intercept, then for each descriptor a and y with b = S(y) in [½, 2]: all
 * unbounded.
 */
export function powerMap(cellCount: number, descriptors: readonly RangedDescriptor[]): FieldMap {
  const size = 1 + 2 * descriptors.length;
  const terms = (control: Float64Array, visit: (term: Term) => void): void => {
    descriptors.forEach(({ shares }, d) => {
      const [factor, y] = [control[1 + 2 * d]!, control[2 + 2 * d]!];
      for (let cell = 0; cell < cellCount; cell++)
        visit({ at: 1 + 2 * d, cell, factor, y, power: shares[cell]! ** exponentOf(y), share: shares[cell]! });
    });
  };
  return {
    kind: 'multipower',
    size,
    predictor: control => {
      const z = new Float64Array(cellCount).fill(control[0]!);
      terms(control, ({ cell, factor, power }) => (z[cell] = z[cell]! + factor * power));
      return z;
    },
    pullBack: (control, byPredictor) => {
      const gradient = new Float64Array(size);
      gradient[0] = byPredictor.reduce((sum, value) => sum + value, 0);
      terms(control, ({ at, cell, factor, y, power, share }) => {
        gradient[at] = gradient[at]! + byPredictor[cell]! * power;
        const byExponent = share > 0 ? factor * power * Math.log(share) : 0;
        gradient[at + 1] = gradient[at + 1]! + byPredictor[cell]! * byExponent * sigmoidSlope(y, EXPONENTS);
      });
      return gradient;
    },
    prior: ({ mean, deviation }) => ({
      mean: Float64Array.from({ length: size }, (_, i) => (i === 0 ? mean[0]! : i % 2 === 1 ? 0 : EXPONENT_ONE)),
      deviation: Float64Array.from({ length: size }, (_, i) => (i === 0 ? deviation[0]! : i % 2 === 1 ? FACTOR_SHARE * deviation[0]! : 1)),
    }),
    level: z => Float64Array.from({ length: size }, (_, i) => (i === 0 ? z[0]! : i % 2 === 1 ? 0 : EXPONENT_ONE)),
  };
}

interface Term {
  readonly at: number;
  readonly cell: number;
  readonly factor: number;
  readonly y: number;
  readonly power: number;
  readonly share: number;
}
