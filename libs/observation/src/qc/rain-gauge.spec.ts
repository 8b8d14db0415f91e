import { describe, expect, it } from '@jest/globals';
import { HOUR_MS, MINUTE_MS, epochMs, parseIso } from '#hydrology';
import { RAIN_GAUGE_LIMITS, judgeRainDepth, type RainDepth, type RainGaugeLimits } from './rain-gauge.js';

const NOON = parseIso('2014-11-04T12:00Z');
const QUARTER = 15 * MINUTE_MS;
const depth = (value: number | null, durationMs = QUARTER, validTime = NOON): RainDepth => ({ validTime, durationMs, value });
/** The quarters before noon, the nearest last. */
const quarters = (...values: number[]): RainDepth[] =>
  values.map((value, k) => depth(value, QUARTER, epochMs(NOON - (values.length - k) * QUARTER)));
const hours = (...values: number[]): RainDepth[] =>
  values.map((value, k) => depth(value, HOUR_MS, epochMs(NOON - (values.length - 1 - k) * HOUR_MS)));
const judge = (one: RainDepth, around: { history?: RainDepth[]; radar?: RainDepth[] } = {}, limits: Partial<RainGaugeLimits> = {}) =>
  judgeRainDepth(
    one,
    { history: [], radar: [], receivedAt: epochMs(NOON + 20 * MINUTE_MS), ...around },
    { ...RAIN_GAUGE_LIMITS, ...limits },
  );

describe('checks of a rain gauge', () => {
  it('takes what falls, and what does not', () => {
    for (const value of [0, 0.2, 25]) expect(judge(depth(value))).toEqual({ flag: 0, flagSource: '' });
    expect(judge(depth(null))).toEqual({ flag: 9, flagSource: '' });
  });

  it('doubts what hardly falls and refuses what never fell, by the rate', () => {
    expect(judge(depth(35))).toEqual({ flag: 3, flagSource: 'SX' }); // 140 mm/h
    expect(judge(depth(35, HOUR_MS))).toEqual({ flag: 0, flagSource: '' });
    expect(judge(depth(500, HOUR_MS))).toEqual({ flag: 6, flagSource: 'HX' });
    expect(judge(depth(20, MINUTE_MS))).toEqual({ flag: 0, flagSource: '' }); // a burst, 80 mm/h over a quarter
  });

  it('doubts a wet reading that repeats for hours, not drizzle nor dry weather', () => {
    expect(judge(depth(1.4), { history: quarters(...Array<number>(12).fill(1.4)) })).toEqual({ flag: 3, flagSource: 'SR' });
    expect(judge(depth(1.4), { history: quarters(...Array<number>(10).fill(1.4)) }).flag).toBe(0);
    expect(judge(depth(1.4), { history: quarters(1.2, ...Array<number>(11).fill(1.4)) }).flag).toBe(0);
    expect(judge(depth(0.2), { history: quarters(...Array<number>(40).fill(0.2)) }).flag).toBe(0);
    expect(judge(depth(0), { history: quarters(...Array<number>(40).fill(0)) }).flag).toBe(0);
  });

  it('refuses what was received before it fell', () => {
    expect(judge(depth(1, QUARTER, epochMs(NOON + HOUR_MS)))).toEqual({ flag: 6, flagSource: 'TS' });
  });

  it('doubts a gauge that is dry for hours while the radar over it sees plenty', () => {
    const dry = quarters(...Array<number>(11).fill(0));
    expect(judge(depth(0), { history: dry, radar: hours(2, 2, 2) })).toEqual({ flag: 3, flagSource: 'BL' });
    expect(judge(depth(0), { history: dry, radar: hours(1, 1, 1) }).flag).toBe(0);
    expect(judge(depth(0), { history: dry, radar: hours(9, 0, 0, 0) }).flag).toBe(0); // before the window
    expect(judge(depth(0), { history: dry, radar: hours(NaN, NaN, NaN) }).flag).toBe(0); // not seen
    expect(judge(depth(0), { history: quarters(0.2, ...Array<number>(10).fill(0)), radar: hours(2, 2, 2) }).flag).toBe(0);
    expect(judge(depth(0), { history: dry.slice(3), radar: hours(2, 2, 2) }).flag).toBe(0); // not there all the time
    expect(judge(depth(0.2), { history: dry, radar: hours(2, 2, 2) }).flag).toBe(0);
  });

  it('can have each check switched off and each limit set', () => {
    expect(judge(depth(35), {}, { off: ['SX'] }).flag).toBe(0);
    expect(judge(depth(35), {}, { softMax: 150 }).flag).toBe(0);
    const dry = quarters(...Array<number>(11).fill(0));
    expect(judge(depth(0), { history: dry, radar: hours(2, 2, 2) }, { off: ['BL'] }).flag).toBe(0);
    expect(judge(depth(0), { history: dry, radar: hours(1, 1, 1) }, { blockedMm: 3 }).flagSource).toBe('BL');
  });
});
