import { describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import { MINUTE_MS, epochMs, parseIso } from '#hydrology';
import { fillTime, namePattern } from './time-words.js';

describe('times in addresses and names', () => {
  it('are filled in, UTC, and read back', () => {
    const pattern = 'T_{yyyy}/{MMdd}_{yyMMddHHmm}.h5';
    expect(fillTime(pattern, parseIso('2026-09-03T05:50Z'))).toBe('T_2026/0903_2609030550.h5');
    fc.assert(
      fc.property(fc.integer({ min: 16_000_000, max: 60_000_000 }), minutes => {
        const time = epochMs(minutes * MINUTE_MS);
        return namePattern(pattern).timeOf(fillTime(pattern, time)) === time;
      }),
    );
  });

  it('are compared as they are written, digits that are no time not at all', () => {
    const { matches, timeOf } = namePattern('r+(a)_*_{yyyyMMdd}?.h5');
    expect(matches('r+(a)_x_20260903b.h5')).toBe(true);
    expect(timeOf('r+(a)_x_20260903b.h5')).toBe(parseIso('2026-09-03'));
    expect(['r+(a)_x_20260231b.h5', 'rr(a)_x_20260903b.h5', 'r+(a)_x_20260903b.h5.part', 'r+(a)_x_2026090b.h5'].filter(matches)).toEqual(
      [],
    );
    expect(namePattern('*{HH}.h5').timeOf('a05.h5')).toBeNull();
    expect(namePattern('*{HH}.h5').matches('a05.h5')).toBe(true);
  });
});
