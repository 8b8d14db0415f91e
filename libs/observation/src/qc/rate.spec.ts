import { describe, expect, it } from '@jest/globals';
import { HOUR_MS, epochMs, parseIso } from '#hydrology';
import { limitsOfArea } from './limits.js';
import { checkRate } from './rate.js';

const outlet = limitsOfArea(382e6);
const NOON = parseIso('2014-10-13T12:00Z');
const value = (hour: number, discharge: number, flag = 0) => ({
  validTime: epochMs(NOON + hour * HOUR_MS),
  receivedAt: epochMs(NOON + (hour + 1) * HOUR_MS),
  value: discharge,
  flag,
});

describe('rate of change', () => {
  it('accepts the true rise of 61 m³/s in an hour of 2014-10-13', () => {
    expect(checkRate(value(0, 229.444), [value(-1, 167.978)], outlet)).toBeNull();
  });

  it('doubts a spike, not the return from it', () => {
    const spike = value(0, 400);
    expect(checkRate(spike, [value(-1, 20)], outlet)).toEqual({ flag: 3, source: 'ROR' });
    expect(checkRate(value(1, 21), [value(-1, 20), { ...spike, flag: 3 }], outlet)).toBeNull();
  });

  it('doubts a sudden fall', () => {
    expect(checkRate(value(0, 5), [value(-1, 250)], outlet)).toEqual({ flag: 3, source: 'ROF' });
  });

  it('says nothing across a long gap or without a past', () => {
    expect(checkRate(value(0, 400), [value(-7, 20)], outlet)).toBeNull();
    expect(checkRate(value(0, 400), [], outlet)).toBeNull();
  });

  it('allows a jump in proportion to the time it had', () => {
    expect(checkRate(value(0, 520), [value(-3, 20)], outlet)).toBeNull();
  });
});
