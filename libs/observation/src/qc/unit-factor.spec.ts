import { describe, expect, it } from '@jest/globals';
import { HOUR_MS, epochMs } from '#hydrology';
import { checkUnitFactor } from './unit-factor.js';

const value = (hour: number, discharge: number, flag = 0) => ({
  ...{ validTime: epochMs(hour * HOUR_MS), receivedAt: epochMs(hour * HOUR_MS), value: discharge, flag },
});

describe('a jump by the factor between two units', () => {
  it('is doubted, up and down, in litres and in cubic feet', () => {
    const doubt = { flag: 3, source: 'UF' };
    expect(checkUnitFactor(value(1, 512), [value(0, 0.5)])).toEqual(doubt);
    expect(checkUnitFactor(value(1, 0.0021), [value(0, 2)])).toEqual(doubt);
    expect(checkUnitFactor(value(1, 36), [value(0, 1)])).toEqual(doubt);
  });

  it('is not seen in floods, across gaps, in trickles, at zero, or against a value that is not trusted', () => {
    expect(checkUnitFactor(value(1, 20), [value(0, 1)])).toBeNull();
    expect(checkUnitFactor(value(7, 1000), [value(0, 1)])).toBeNull();
    expect(checkUnitFactor(value(1, 0.005), [value(0, 0.000005)])).toBeNull();
    expect(checkUnitFactor(value(1, 0), [value(0, 1)])).toBeNull();
    expect(checkUnitFactor(value(2, 1), [value(0, 1), value(1, 1000, 3)])).toBeNull();
  });
});
