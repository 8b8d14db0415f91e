import { describe, expect, it } from '@jest/globals';
import type { Mapping } from './mapping.js';
import { linearMap } from './maps/linear-map.js';
import { correctionPrior, HOURLY_PRIORS, priorOf } from './prior.js';
import { standardize } from './descriptors.js';
import { sigmoid } from './sigmoid.js';

const range = { lower: 1e-6, upper: 1000 };
const slopes = [standardize('slope', Float64Array.from([1, 2, 3]))];
const mapping: Mapping = {
  layout: {
    structure: 'gr4',
    routing: 'kw',
    states: ['hp'],
    parameters: ['cp', 'ct'],
    cellCount: 3,
    stationCount: 1,
    stepSeconds: 3600,
    precision: 'f64',
  },
  parameters: [
    { fields: [{ id: 'cp', range }], map: linearMap(3, slopes) },
    { fields: [{ id: 'unheardOf', range }], map: linearMap(3, slopes) },
  ],
  stores: [{ fields: [{ id: 'hp', range: { lower: 1e-6, upper: 0.999999 } }], map: linearMap(3, []) }],
  weights: false,
};

describe('priorOf', () => {
  it('puts the mean of each parameter and store at its published value, slopes at zero', () => {
    const { mean, deviation } = priorOf(mapping, { priors: HOURLY_PRIORS, valueOf: () => 77, seed: 1 });
    expect(sigmoid(mean[0]!, range)).toBeCloseTo(350, 8);
    expect(mean[1]).toBe(0);
    expect(deviation[1]).toBe(deviation[0]!);
    expect(sigmoid(mean[2]!, range)).toBeCloseTo(77, 8); // no prior: the default
    expect(mean[4]).toBeCloseTo(0, 10);
    expect(mean).toHaveLength(5);
  });

  it('gives every weight of a network inside the step a deviation by what feeds it', () => {
    const network = { inputs: ['hp', 'pn'], hidden: [4], outputs: ['zps'], weightCount: 17 };
    const { mean, deviation } = correctionPrior(network, 1);
    expect(mean.subarray(0, 12).every(value => value !== 0)).toBe(true);
    expect([...mean.subarray(12)]).toEqual([0, 0, 0, 0, 0]);
    expect(correctionPrior(network, 1)).toEqual({ mean, deviation });
    expect(correctionPrior(network, 2).mean[0]).not.toBe(mean[0]);
    expect([...deviation]).toEqual([1, 0.05, 1, 0.05, 1, 0.05, 1, 0.05, 1, 1, 1, 1, 0.5, 0.5, 0.5, 0.5, 1]);
  });

  it('is the range of Perrin et al. (2003) brought to an hour', () => {
    const hourly = (daily: number, exponent: number): number => daily * (1 / 24) ** exponent;
    expect(HOURLY_PRIORS['ct']!.value).toBeCloseTo(hourly(90, -1 / 4), -1);
    // 80 % of the prior of kexc is as wide as −5 to 3 mm/d
    const halfWidth = sigmoid(1.2816 * HOURLY_PRIORS['kexc']!.deviation, { lower: -50, upper: 50 });
    expect(halfWidth).toBeCloseTo((hourly(3, 1 / 8) - hourly(-5, 1 / 8)) / 2, 0);
  });
});
