import { describe, expect, it } from '@jest/globals';
import { formatChance, formatDate, formatDischarge, formatDuration, formatStamp, formatWhen, sayAdjustment } from './format.js';

const at = (iso: string): number => Date.parse(iso);

describe('times are UTC and said in words', () => {
  it('names the day only where it is not the day of the reference', () => {
    const now = at('2014-11-04T23:30:00Z');
    expect(formatStamp(at('2014-11-04T08:05:00Z'), now)).toBe('08:05');
    expect(formatStamp(at('2014-11-05T00:15:00Z'), now)).toBe('Wed 5 Nov 00:15');
    expect(formatDate(now)).toBe('Tue 4 Nov 2014');
  });

  it.each([
    [30_000, '30 s'],
    [15 * 60_000, '15 min'],
    [125 * 60_000, '2 h 05'],
    [3 * 3_600_000, '3 h'],
    [76 * 3_600_000, '3 d 4 h'],
    [-90 * 60_000, '1 h 30'],
    [59.7 * 60_000, '1 h'],
    [24 * 3_600_000 - 1_000, '24 h'],
  ])('%d ms is %s', (ms, said) => {
    expect(formatDuration(ms)).toBe(said);
  });

  it('tells past from future', () => {
    expect(formatWhen(at('2014-11-04T15:00:00Z'), at('2014-11-04T13:15:00Z'))).toBe('in 1 h 45');
    expect(formatWhen(at('2014-11-04T13:00:00Z'), at('2014-11-04T13:15:00Z'))).toBe('15 min ago');
    expect(formatWhen(1_000, 0)).toBe('now');
  });
});

describe('numbers carry no false precision', () => {
  it.each([
    [0.4249, '0.42'],
    [8.424, '8.42'],
    [9.996, '10.0'],
    [57.34, '57.3'],
    [99.96, '100'],
    [317.38, '317'],
    [null, '–'],
    [Number.NaN, '–'],
  ])('%p m³/s is %s', (value, said) => {
    expect(formatDischarge(value)).toBe(said);
  });

  it('never writes a chance as certainty', () => {
    expect(formatChance(1)).toBe('> 99 %');
    expect(formatChance(0)).toBe('< 1 %');
    expect(formatChance(0.714)).toBe('71 %');
  });
});

describe('adjustment of radar rain', () => {
  it('is said with its range, or why there is none', () => {
    const message = 'Radar rain is multiplied by 1.31, by 3 rain gauge(s), last compared at 2014-11-04T12:00:00Z';
    expect(sayAdjustment({ message, low: 1.123, high: 1.527, pairs: 7 })).toBe(`${message} (90 % from 1.12 to 1.53).`);
    const none = 'Radar rain is used as measured: no rain gauge has sent anything';
    expect(sayAdjustment({ message: none, low: 0.5, high: 2, pairs: 0 })).toBe(`${none}.`);
  });
});
