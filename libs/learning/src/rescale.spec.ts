import { describe, expect, it } from '@jest/globals';
import { exponentialStoreShift, stepFactor } from './rescale.js';

const toQuarter = (parameters: readonly string[]) => ({ fromSeconds: 3600, toSeconds: 900, parameters });
const GR4 = toQuarter(['ci', 'cp', 'ct', 'kexc']);
const GR5 = toQuarter(['ci', 'cp', 'ct', 'kexc', 'aexc']);

describe('stepFactor', () => {
  it('gives the factors of hourly coefficients at a quarter of an hour', () => {
    expect(stepFactor('ct', GR4)).toBeCloseTo(Math.SQRT2, 12);
    expect(stepFactor('kexc', GR4)).toBeCloseTo(0.8409, 4);
    expect(stepFactor('ht', GR4)).toBeCloseTo(1 / Math.SQRT2, 12);
    expect(stepFactor('alpha1', GR4)).toBe(4);
    for (const id of ['cp', 'ci', 'akw', 'bkw', 'llr', 'hp', 'be', 'kb', 'ca', 'imperviousness']) expect(stepFactor(id, GR4)).toBe(1);
  });

  it('keeps the water of the transfer store, and a quarter of its release and exchange', () => {
    const [ct, ht, kexc] = [288, 0.4, -0.6];
    const at = (id: string, value: number) => value * stepFactor(id, GR4);
    expect(at('ct', ct) * at('ht', ht)).toBeCloseTo(ct * ht, 10);
    expect(at('ct', ct) * at('ht', ht) ** 5).toBeCloseTo((ct * ht ** 5) / 4, 10);
    expect(at('kexc', kexc) * at('ht', ht) ** 3.5).toBeCloseTo((kexc * ht ** 3.5) / 4, 10);
  });

  it('keeps a quarter of the exchange with a threshold, and of the release of a store of exponent 4', () => {
    const [ht, kexc, aexc, cc, hc] = [0.4, -0.6, 0.25, 120, 0.3];
    const at = (id: string, value: number) => value * stepFactor(id, GR5);
    expect(at('kexc', kexc) * (at('ht', ht) - at('aexc', aexc))).toBeCloseTo((kexc * (ht - aexc)) / 4, 12);
    expect(at('cc', cc) * at('hc', hc)).toBeCloseTo(cc * hc, 10);
    expect(at('cc', cc) * at('hc', hc) ** 4).toBeCloseTo((cc * hc ** 4) / 4, 10);
  });

  it('keeps a quarter of the outflow of the exponential store', () => {
    const [be, he] = [10, -80];
    const outflow = (filling: number) => be * Math.exp(filling / be);
    expect(outflow(he + exponentialStoreShift(be, GR4))).toBeCloseTo(outflow(he) / 4, 12);
  });

  it('is undone on the way back', () => {
    const back = { fromSeconds: 900, toSeconds: 3600, parameters: GR5.parameters };
    for (const id of ['ct', 'kexc', 'aexc', 'cc', 'ht', 'alpha2']) expect(stepFactor(id, GR5) * stepFactor(id, back)).toBeCloseTo(1, 14);
  });
});
