import { describe, expect, it } from '@jest/globals';
import { HOUR_MS, MINUTE_MS, epochMs } from '#hydrology';
import { checkFreshness, freshnessAt } from './freshness.js';

describe('freshness', () => {
  it('accepts late values and small clock errors, not values from the future', () => {
    const receivedAt = epochMs(HOUR_MS);
    expect(checkFreshness({ validTime: epochMs(0), receivedAt })).toBeNull();
    expect(checkFreshness({ validTime: epochMs(HOUR_MS + 4 * MINUTE_MS), receivedAt })).toBeNull();
    expect(checkFreshness({ validTime: epochMs(2 * HOUR_MS), receivedAt })).toEqual({ flag: 6, source: 'TS' });
  });

  it('is silent when the newest value is older than allowed, or when there is none', () => {
    expect(freshnessAt(epochMs(0), epochMs(HOUR_MS), HOUR_MS)).toEqual({ newest: 0, ageMs: HOUR_MS, silent: false });
    expect(freshnessAt(epochMs(0), epochMs(HOUR_MS + 1), HOUR_MS).silent).toBe(true);
    expect(freshnessAt(null, epochMs(0), HOUR_MS)).toEqual({ newest: null, ageMs: null, silent: true });
  });
});
