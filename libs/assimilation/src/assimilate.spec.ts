import { describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import { backgroundFactor } from './background-error.js';
import { choleskyFactor, multiplyLower, multiplyLowerTransposed, solveLower, solveLowerTransposed } from './cholesky.js';
import { controlLayout, pullBack, rainFactorsOf, shiftState } from './control.js';
import { judgeHoldOut, judgeInnovations } from './gate.js';
import { departureCost, weighObservations } from './observation-error.js';
import { defaultSettings } from './settings.js';

const HOUR = 3_600_000;

describe('Cholesky factor', () => {
  it('multiplies back to the matrix and its solves invert its products', () => {
    const entries = fc.array(fc.double({ min: -2, max: 2, noNaN: true }), { minLength: 16, maxLength: 16 });
    fc.assert(
      fc.property(entries, values => {
        const matrix = Float64Array.from({ length: 16 }, (_, k) => {
          const [i, j] = [Math.floor(k / 4), k % 4];
          return [0, 1, 2, 3].reduce((sum, m) => sum + values[i * 4 + m]! * values[j * 4 + m]!, i === j ? 1 : 0);
        });
        const factor = choleskyFactor(matrix, 4);
        const x = [1, -2, 3, 0.5];
        solveLower(factor, multiplyLower(factor, x)).forEach((value, k) => {
          expect(value).toBeCloseTo(x[k]!, 8);
        });
        solveLowerTransposed(factor, multiplyLowerTransposed(factor, x)).forEach((value, k) => {
          expect(value).toBeCloseTo(x[k]!, 8);
        });
        const product = multiplyLower(factor, multiplyLowerTransposed(factor, x));
        product.forEach((value, i) => {
          expect(value).toBeCloseTo(
            [0, 1, 2, 3].reduce((sum, j) => sum + matrix[i * 4 + j]! * x[j]!, 0),
            8,
          );
        });
      }),
    );
  });
  it('refuses what is no covariance', () => {
    expect(() => choleskyFactor(Float64Array.of(1, 2, 2, 1), 2)).toThrow(/positive definite/);
  });
});

describe('controls', () => {
  const control = controlLayout(2, 3);
  const model = { layout: { states: ['hi', 'hp', 'ht', 'q', 'qtl'] as const, cellCount: 3 }, zoneOfCell: Int32Array.of(0, 0, 1) };
  const state = Float64Array.from({ length: 15 }, (_, k) => (k < 9 ? 0.1 + 0.05 * k : 2 + k));

  it('zero is the background to the bit', () => {
    expect([...shiftState(state, new Float64Array(control.size), control, model)]).toEqual([...state]);
    expect([...rainFactorsOf(new Float64Array(control.size), control)]).toEqual(new Array(6).fill(1));
  });

  it('pull back the gradient of any cost exactly (finite differences)', () => {
    const weights = Float64Array.from({ length: 15 + 6 }, (_, k) => Math.sin(k + 1));
    const cost = (v: Float64Array): number =>
      [...shiftState(state, v, control, model), ...rainFactorsOf(v, control)].reduce((sum, value, k) => sum + weights[k]! * value, 0);
    const v = Float64Array.from({ length: control.size }, (_, k) => 0.3 * Math.cos(3 * k));
    const shifted = { state: shiftState(state, v, control, model), rainFactors: rainFactorsOf(v, control) };
    const gradient = pullBack({ state: weights.slice(0, 15), rainFactors: weights.slice(15) }, shifted, control, model);
    gradient.forEach((value, k) => {
      const moved = (by: number): Float64Array => v.map((x, i) => (i === k ? x + by : x));
      expect(value).toBeCloseTo((cost(moved(1e-5)) - cost(moved(-1e-5))) / 2e-5, 5);
    });
  });

  it('stores stay inside 0 … 1 whatever the shift', () => {
    const v = new Float64Array(control.size).fill(30);
    const shifted = shiftState(state, v, control, model);
    for (let k = 3; k < 9; k++) expect(shifted[k]).toBeLessThanOrEqual(1);
  });

  it('do not move in a zone without a gauge of its own', () => {
    const settings = defaultSettings(2);
    const moved = multiplyLower(backgroundFactor(settings, control, [true, false]), new Float64Array(control.size).fill(4));
    moved.slice(control.perZone).forEach(value => {
      expect(Math.abs(value)).toBeLessThan(0.01);
    });
    expect(Math.abs(moved[control.blocks]!)).toBeGreaterThan(0.1);
  });
});

describe('observation error', () => {
  const gauge = { row: 0, steps: [3, 7, 11], values: [10, 12, 9], offset: 0.5 };
  const weighted = weighObservations(gauge, defaultSettings(1).observationError, HOUR / 4);
  const discharge = Float64Array.from({ length: 12 }, (_, k) => 8 + k / 2);

  it('costs nothing where the run is right', () => {
    const exact = discharge.map((value, k) => gauge.values[gauge.steps.indexOf(k)] ?? value);
    expect(departureCost(weighted, exact, 12)).toBe(0);
  });

  it('gives the gradient of its cost', () => {
    const adjoint = new Float64Array(12);
    departureCost(weighted, discharge, 12, adjoint);
    for (let k = 0; k < 12; k++) {
      const moved = (by: number): Float64Array => discharge.map((x, i) => (i === k ? x + by : x));
      const slope = (departureCost(weighted, moved(1e-5), 12) - departureCost(weighted, moved(-1e-5), 12)) / 2e-5;
      expect(adjoint[k]).toBeCloseTo(slope, 4);
    }
  });

  it('takes a lasting departure for less evidence than independent ones', () => {
    const { sd } = defaultSettings(1).observationError;
    const biased = discharge.map((value, k) =>
      gauge.steps.includes(k) ? (gauge.values[gauge.steps.indexOf(k)]! + 0.5) * 1.2 - 0.5 : value,
    );
    const independent = (3 * 0.5 * Math.log(1.2) ** 2) / sd ** 2;
    expect(departureCost(weighted, biased, 12)).toBeLessThan(0.6 * independent);
  });
});

describe('gate', () => {
  const kept = [{ row: 0, steps: [0, 1], values: [10, 10], offset: 0, factor: Float64Array.of(1, 0, 0, 1) }];
  const held = [{ row: 0, steps: [2, 3], values: [10, 10], offset: 0 }];

  it('refuses a fit that does worse than the background on hours it did not see', () => {
    const background = Float64Array.of(10, 10, 11, 11);
    expect(judgeHoldOut({ kept, held }, background, Float64Array.of(10, 10, 10.5, 10.5), 4).pass).toBe(true);
    expect(judgeHoldOut({ kept, held }, background, Float64Array.of(10, 10, 13, 13), 4).pass).toBe(false);
  });

  it('refuses innovations far outside the error model', () => {
    expect(judgeInnovations(1.5, kept, 8).pass).toBe(true);
    expect(judgeInnovations(40, kept, 8)).toMatchObject({ pass: false });
  });
});
