import { describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import { HOUR_MS, MINUTE_MS, endOf, epochMs, floorTo, parseIso, stampOf, stepAt, timeGrid, toIso, toIsoExact } from './index.js';

const FROM = parseIso('2014-11-04');

describe('time grid', () => {
  it('stamps a step by its end and holds (from, to]', () => {
    const grid = timeGrid(FROM, epochMs(FROM + 2 * HOUR_MS), 15 * MINUTE_MS);
    expect(grid.count).toBe(8);
    expect(toIso(stampOf(grid, 0))).toBe('2014-11-04T00:15:00Z');
    expect(endOf(grid)).toBe(stampOf(grid, 7));
    expect(stepAt(grid, FROM)).toBe(-1);
    expect(stepAt(grid, epochMs(FROM + 1))).toBe(0);
    expect(stepAt(grid, stampOf(grid, 0))).toBe(0);
    expect(stepAt(grid, endOf(grid))).toBe(7);
    expect(stepAt(grid, epochMs(endOf(grid) + 1))).toBe(-1);
  });

  it('finds every stamp again', () => {
    fc.assert(
      fc.property(fc.integer({ min: 1, max: 500 }), fc.integer({ min: 1, max: 120 }), (count, minutes) => {
        const grid = { start: FROM, stepMs: minutes * MINUTE_MS, count };
        expect(stepAt(grid, stampOf(grid, count - 1))).toBe(count - 1);
        expect(floorTo(stampOf(grid, count - 1), MINUTE_MS)).toBe(stampOf(grid, count - 1));
      }),
    );
  });

  it('refuses a span that is not a whole number of steps', () => {
    expect(() => timeGrid(FROM, epochMs(FROM + HOUR_MS + 1), HOUR_MS)).toThrow(/not a whole number of 3600 s steps/);
    expect(() => timeGrid(FROM, epochMs(FROM - HOUR_MS), HOUR_MS)).toThrow(RangeError);
  });

  it('writes every time as the standard library does, and refuses what is none', () => {
    const time = fc.integer({ min: -62_135_596_800_000, max: 253_402_300_799_999 });
    fc.assert(
      fc.property(fc.array(time, { minLength: 1, maxLength: 5 }), times => {
        for (const ms of times) expect(toIso(epochMs(ms))).toBe(new Date(ms).toISOString().replace(/\.\d{3}/, ''));
      }),
    );
    expect(() => toIso(epochMs(NaN))).toThrow(RangeError);
    expect(() => toIso(epochMs(9e15))).toThrow(RangeError);
  });

  it('keeps milliseconds where they count, and only where there are some', () => {
    expect(toIsoExact(FROM)).toBe('2014-11-04T00:00:00Z');
    expect(toIsoExact(epochMs(FROM + 7))).toBe('2014-11-04T00:00:00.007Z');
    expect(parseIso(toIsoExact(epochMs(FROM + 999)))).toBe(FROM + 999);
  });

  it('reads dates as UTC and says what is none', () => {
    expect(parseIso('2014-11-04T15:00')).toBe(parseIso('2014-11-04T15:00Z'));
    expect(parseIso('2014-11-04 15:00')).toBe(parseIso('2014-11-04T16:00+01:00'));
    expect(() => parseIso('yesterday')).toThrow('"yesterday" is not a date');
  });
});
