import { describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import { normalNumbers } from '#hydrology';
import { eventErrors, type EventErrors, type FloodEvent } from '#verification';
import { calibrationCost } from './calibration-cost.js';
import { efficiencyCost, NSE } from './costs.js';
import { signatureCost, signatureEvents, type Signature } from './signature-cost.js';

const steps = 90;
const flood = (t: number, at: number, size: number): number => (t < at ? 0 : size * ((t - at) / 6) * Math.exp(1 - (t - at) / 6));
const series = (size: number, late: number): number[] =>
  Array.from({ length: steps }, (_, t) => 2 + flood(t, 12 + late, size) + flood(t, 50 + late, 0.7 * size) + 0.3 * Math.sin(1.7 * t));
const observed = Float64Array.from([...series(30, 0), ...series(12, 1)]);
[3, 20, 21, 55, steps + 13].forEach(gap => (observed[gap] = NaN));
const simulated = Float64Array.from([...series(24, 2), ...series(15, 0)]);
const events: readonly FloodEvent[][] = [
  [
    { start: 10, peak: 18, end: 44 },
    { start: 48, peak: 56, end: 88 },
  ],
  [{ start: 11, peak: 19, end: 45 }],
];
const target = { observed, steps, stations: [0, 1], events };
const rowOf = (values: Float64Array, k: number): Float64Array => values.subarray(k * steps, (k + 1) * steps);
const costOf = (signature: Signature, change: Partial<typeof target> & { weights?: number[] } = {}) =>
  signatureCost({ ...target, ...change }, [{ signature, weight: 1 }]);
const valueOf = (...args: Parameters<typeof costOf>): number => costOf(...args)(simulated, new Float64Array(2 * steps));

describe('signatureCost', () => {
  const squared = (station: number, of: (errors: EventErrors) => number): number => {
    const pairs = { simulated: rowOf(simulated, station), observed: rowOf(observed, station) };
    const errors = events[station]!.map(event => of(eventErrors(pairs, event)) ** 2);
    return errors.reduce((sum, error) => sum + error, 0) / errors.length;
  };

  it('is the squared event error that verification computes, averaged over events, then over gauges', () => {
    const errors = { eff: 'floodFlow', epf: 'peakFlow' } as const;
    for (const signature of ['eff', 'epf'] as const) {
      const of = (event: EventErrors): number => event[errors[signature]];
      const [first, second] = [squared(0, of), squared(1, of)];
      expect(valueOf(signature)).toBeCloseTo((first + second) / 2, 12);
      expect(valueOf(signature, { weights: [3, 1] })).toBeCloseTo((3 * first + second) / 4, 12);
    }
  });

  it.each(['eff', 'epf'] as const)('fills the derivative of %s, zero where nothing was observed', signature => {
    const cost = costOf(signature);
    const adjoint = new Float64Array(2 * steps).fill(9);
    cost(simulated, adjoint);
    expect(adjoint.some(slope => Math.abs(slope) > 1e-4)).toBe(true);
    for (let k = 0; k < 2 * steps; k++) {
      const at = (by: number): number =>
        cost(
          simulated.map((value, i) => (i === k ? value + by : value)),
          new Float64Array(2 * steps),
        );
      expect(adjoint[k]).toBeCloseTo((at(1e-6) - at(-1e-6)) / 2e-6, 6);
      if (Number.isNaN(observed[k])) expect(adjoint[k]).toBe(0);
    }
  });

  it('has the directional derivative of any hydrograph, ties apart', () => {
    fc.assert(
      fc.property(fc.integer(), fc.double({ min: 0.01, max: 2, noNaN: true }), (seed, spread) => {
        const cost = costOf('eff');
        const discharge = normalNumbers(2 * steps, seed).map(value => 5 * Math.exp(spread * value));
        const direction = normalNumbers(2 * steps, seed + 1);
        const adjoint = new Float64Array(2 * steps);
        cost(discharge, adjoint);
        const along = adjoint.reduce((sum, slope, i) => sum + slope * direction[i]!, 0);
        const at = (by: number): number =>
          cost(
            discharge.map((value, i) => value + by * direction[i]!),
            new Float64Array(2 * steps),
          );
        const error = Math.abs((at(1e-6) - at(-1e-6)) / 2e-6 - along);
        expect(error).toBeLessThan(1e-4 * (1 + Math.abs(along)));
      }),
    );
  });

  it('passes over events whose signature was not observed, and says how many there are', () => {
    const blind = observed.map((value, k) => (k >= 48 && k <= 88 ? NaN : value));
    expect(signatureEvents('epf', rowOf(blind, 0), events[0]!)).toBe(1);
    expect(valueOf('epf', { observed: blind, stations: [0] })).toBeCloseTo(
      valueOf('epf', { stations: [0], events: [[events[0]![0]!]] }),
      12,
    );
    expect(valueOf('eff', { events: [[], []] })).toBe(0);
  });

  it('is not finite when the simulation is not', () => {
    const broken = simulated.map((value, k) => (k === 30 ? NaN : value));
    for (const signature of ['eff', 'epf'] as const) expect(costOf(signature)(broken, new Float64Array(2 * steps))).toBeNaN();
  });
});

describe('calibrationCost', () => {
  it('adds efficiencies and signatures, and their derivatives', () => {
    const [both, nse, eff] = [0, 1, 2].map(() => new Float64Array(2 * steps)) as [Float64Array, Float64Array, Float64Array];
    const cost = calibrationCost(target, [{ ...NSE[0]!, weight: 0.7 }, { signature: 'eff', weight: 0.3 }])(simulated, both); // prettier-ignore
    const alone = 0.7 * efficiencyCost(target)(simulated, nse) + 0.3 * costOf('eff')(simulated, eff);
    expect(cost).toBeCloseTo(alone, 12);
    both.forEach((slope, i) => {
      expect(slope).toBeCloseTo(0.7 * nse[i]! + 0.3 * eff[i]!, 12);
    });
  });
});
