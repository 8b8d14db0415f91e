import { describe, expect, it } from '@jest/globals';
import { DAY_MS, HOUR_MS, MINUTE_MS, SECOND_MS } from '#hydrology';
import { Duration, parseDuration } from './duration.js';

describe('durations', () => {
  it('reads seconds, minutes, hours and days', () => {
    const read = ['90s', '15min', '24h', '2d', ' 1.5 h '].map(parseDuration);
    expect(read).toEqual([90 * SECOND_MS, 15 * MINUTE_MS, 24 * HOUR_MS, 2 * DAY_MS, 1.5 * HOUR_MS]);
  });

  it.each(['', '15', '15m', '-1h', '1h30', 'h', '1e3s'])('refuses "%s"', text => {
    expect(parseDuration(text)).toBeNull();
    expect(Duration.safeParse(text).error?.issues[0]?.message).toBe(`"${text}" is not a duration; write 90s, 15min, 24h or 2d`);
  });
});
