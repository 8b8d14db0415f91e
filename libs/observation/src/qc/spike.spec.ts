import { describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import { HOUR_MS, epochMs } from '#hydrology';
import { limitsOfArea } from './limits.js';
import { checkSpike } from './spike.js';

const outlet = limitsOfArea(382e6); // a spike is 15.3 m³/s high at least
const hourly = (discharges: readonly number[]) => discharges.map((value, hour) => ({ validTime: epochMs(hour * HOUR_MS), value, flag: 0 }));
/** Verdict on the last but one. */
const judge = (...discharges: number[]) => {
  const values = hourly(discharges);
  return checkSpike(values.at(-2)!, values.slice(0, -2), values.at(-1)!, outlet);
};

describe('a value that stands out alone', () => {
  it('is doubted upward and downward', () => {
    const doubt = { flag: 3, source: 'SP' };
    expect(judge(20, 20, 21, 60, 22)).toEqual(doubt);
    expect(judge(60, 61, 60, 4, 61)).toEqual(doubt);
  });

  it('is a flood when the river does not come back to where it was', () => {
    expect(judge(20, 20, 21, 60, 45)).toBeNull();
    expect(judge(20, 20, 21, 60, 110)).toBeNull();
  });

  it('is let be when it is small beside the river, its neighbours are far apart, or the station is noisy', () => {
    expect(judge(200, 201, 200, 225, 200)).toBeNull();
    expect(judge(20, 20, 21, 35, 21)).toBeNull();
    const [before, value, after] = hourly([20, 60, 20]) as [
      ReturnType<typeof hourly>[0],
      ReturnType<typeof hourly>[0],
      ReturnType<typeof hourly>[0],
    ];
    const later = { ...after, validTime: epochMs(4 * HOUR_MS) };
    expect(checkSpike(value, [before], after, outlet)).not.toBeNull();
    expect(checkSpike(value, [before], later, outlet)).toBeNull();
    expect(judge(20, 30, 21, 32, 19, 31, 20, 31, 21, 60, 20)).toBeNull();
  });

  it('never is one on a way up or down, whatever the steps', () => {
    fc.assert(
      fc.property(fc.array(fc.double({ min: 0, max: 500, noNaN: true }), { minLength: 3, maxLength: 20 }), fc.boolean(), (values, up) => {
        expect(judge(...values.sort((a, b) => (up ? a - b : b - a)))).toBeNull();
      }),
    );
  });

  it('never is the crest of a flood that falls no faster than it rose', () => {
    const crest = fc.record({
      before: fc.double({ min: 0.1, max: 300, noNaN: true }),
      rise: fc.double({ min: 0, max: 900, noNaN: true }),
      share: fc.double({ min: 0, max: 0.66, noNaN: true }),
    });
    fc.assert(
      fc.property(crest, ({ before, rise, share }) => {
        expect(judge(before, before, before, before + rise, before + rise * (1 - share))).toBeNull();
      }),
    );
  });

  it('always is one when it is thrice its quiet neighbours and above the limit', () => {
    fc.assert(
      fc.property(fc.double({ min: 8, max: 100, noNaN: true }), fc.double({ min: 3, max: 30, noNaN: true }), (flow, times) => {
        expect(judge(flow, flow, flow, flow * times, flow)).not.toBeNull();
      }),
    );
  });
});
