import { describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import { epochMs } from '#hydrology';
import { Service } from './service.js';

const limits = { backOff: { first: 1000, longest: 60_000 } };

describe('a service', () => {
  it('is left alone twice as long after each failure, up to the longest, and asked at once after a success', () => {
    const service = new Service(limits, () => 1);
    expect([1, 2, 3, 4, 5, 6, 7, 8].map(() => service.failed(null))).toEqual([1000, 2000, 4000, 8000, 16_000, 32_000, 60_000, 60_000]);
    service.succeeded();
    expect(service.failed(null)).toBe(1000);
    expect(service.failed(900_000)).toBe(900_000); // as long as it asked for
  });

  it('lies anywhere in the upper half of the wait', () => {
    fc.assert(
      fc.property(fc.double({ min: 0, max: 1, noNaN: true }), fc.integer({ min: 1, max: 2000 }), (random, failures) => {
        const service = new Service(limits, () => random);
        let wait = 0;
        for (let k = 0; k < failures; k++) wait = service.failed(null);
        const full = Math.min(60_000, 1000 * 2 ** (failures - 1));
        return wait >= full / 2 && wait <= full;
      }),
      { numRuns: 50 },
    );
  });

  it('is asked within its quota in any stretch of its time', () => {
    const service = new Service({ ...limits, quota: { requests: 2, per: 60_000 } });
    service.count(epochMs(0));
    service.count(epochMs(30_000));
    expect(() => {
      service.count(epochMs(59_000));
    }).toThrow('the quota of 2 requests in 1 min is spent; there is room in 1 s');
    service.count(epochMs(60_001));
    expect(() => {
      service.count(epochMs(60_002));
    }).toThrow('spent');
  });
});
