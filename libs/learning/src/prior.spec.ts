import { describe, expect, it } from '@jest/globals';
import type { Mapping } from './mapping.js';
import { HOURLY_PRIORS, priorOf } from './prior.js';
import { standardize } from './descriptors.js';
import { sigmoid } from './sigmoid.js';

const range = { lower: 1e-6, upper: 1000 };
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
    { id: 'cp', range },
    { id: 'unheardOf', range },
  ],
  stores: [{ id: 'hp', range: { lower: 1e-6, upper: 0.999999 } }],
  descriptors: [standardize('slope', Float64Array.from([1, 2, 3]))],
};

describe('priorOf', () => {
  it('puts the mean of each parameter and store at its published value, slopes at zero', () => {
    const { mean, deviation } = priorOf(mapping, HOURLY_PRIORS, () => 77);
    expect(sigmoid(mean[0]!, range)).toBeCloseTo(350, 8);
    expect(mean[1]).toBe(0);
    expect(deviation[1]).toBe(deviation[0]!);
    expect(sigmoid(mean[2]!, range)).toBeCloseTo(77, 8); // no prior: the default
    expect(mean[4]).toBeCloseTo(0, 10);
    expect(mean).toHaveLength(5);
  });

  it('is the range of Perrin et al. (2003) brought to an hour', () => {
    const hourly = (daily: number, exponent: number): number => daily * (1 / 24) ** exponent;
    expect(HOURLY_PRIORS['ct']!.value).toBeCloseTo(hourly(90, -1 / 4), -1);
    // 80 % of the prior of kexc is as wide as −5 to 3 mm/d
    const halfWidth = sigmoid(1.2816 * HOURLY_PRIORS['kexc']!.deviation, { lower: -50, upper: 50 });
    expect(halfWidth).toBeCloseTo((hourly(3, 1 / 8) - hourly(-5, 1 / 8)) / 2, 0);
  });
});
