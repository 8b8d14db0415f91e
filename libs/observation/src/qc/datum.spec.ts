import { describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import { HOUR_MS, epochMs } from '#hydrology';
import { checkDatum } from './datum.js';
import { limitsOfStation } from './limits.js';
import { StationHistory } from './station-history.js';

const limits = limitsOfStation(382e6);
const series = (values: readonly number[], flagSource = '') =>
  new StationHistory(values.map((value, hour) => ({ validTime: epochMs(hour * HOUR_MS), value, flag: 0, flagSource })));
const none = { discharge: series([]), neighbours: [] };
const next = (hour: number, value: number) => ({ validTime: epochMs(hour * HOUR_MS), receivedAt: epochMs(hour * HOUR_MS), value });
const DOUBT = { flag: 3, source: 'DS' };

describe('a step of the stage', () => {
  const stages = series([1.2, 1.21]);

  it('is doubted while the discharge beside it does not move', () => {
    expect(checkDatum(next(2, 2.2), stages, limits, { ...none, discharge: series([10, 10.1, 10.2]) })).toEqual(DOUBT);
    expect(checkDatum(next(2, 2.2), stages, limits, { ...none, discharge: series([10, 10.1, 30]) })).toBeNull();
  });

  it('is doubted while no neighbour moves, and believed as soon as one does', () => {
    const [still, moving] = [series([5, 5, 5.1]), series([5, 5, 7])];
    expect(checkDatum(next(2, 2.2), stages, limits, { ...none, neighbours: [still] })).toEqual(DOUBT);
    expect(checkDatum(next(2, 2.2), stages, limits, { ...none, neighbours: [still, moving] })).toBeNull();
  });

  it('is not told by a discharge that was made of it', () => {
    expect(checkDatum(next(2, 2.2), stages, limits, { ...none, discharge: series([10, 10, 10], 'RC') })).toBeNull();
  });

  it('is believed where nobody can tell, unless it is by the offset between two known datums', () => {
    const offset = limitsOfStation(382e6, { datumOffset: 121.85 });
    expect(checkDatum(next(2, 2.2), stages, limits, none)).toBeNull();
    expect(checkDatum(next(2, 123.07), stages, offset, none)).toEqual(DOUBT);
    expect(checkDatum(next(2, 124.07), stages, offset, none)).toBeNull();
    expect(checkDatum(next(8, 123.07), stages, offset, none)).toBeNull(); // the last stage is 7 h old
  });

  it('is never seen below its limit, nor where river and stage move together', () => {
    const step = fc.double({ min: -5, max: 5, noNaN: true });
    fc.assert(
      fc.property(step, fc.double({ min: 1.06, max: 50, noNaN: true }), (rise, times) => {
        const found = checkDatum(next(2, 1.21 + rise), stages, limits, { ...none, discharge: series([10, 10, 10 * times]) });
        expect(found).toBeNull();
        const still = checkDatum(next(2, 1.21 + rise), stages, limits, { ...none, discharge: series([10, 10, 10]) });
        if (Math.abs(Math.abs(rise) - 0.5) > 1e-9) expect(still === null).toBe(Math.abs(rise) < 0.5);
      }),
    );
  });
});
