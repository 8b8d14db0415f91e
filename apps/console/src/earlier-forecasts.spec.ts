import { describe, expect, it } from '@jest/globals';
import type { Forecast, ForecastList } from '#contracts';
import { pickEarlier } from './earlier-forecasts.js';

const at = (minutes: number): string => new Date(Date.parse('2014-11-04T12:00:00Z') + minutes * 60_000).toISOString();
const shown = { issueTime: at(0) } as Forecast;
const issued = (minutes: readonly number[]): ForecastList['forecasts'] =>
  minutes.map(one => ({ issueTime: at(one), outcome: 'complete', peakM3s: 1, peakTime: at(one), exceeds: null }));

describe('earlier forecasts', () => {
  it('are those of 1, 3 and 6 h before, newest first', () => {
    const every15 = Array.from({ length: 40 }, (_, k) => -15 * k);
    expect(pickEarlier(shown, issued(every15))).toEqual([at(-60), at(-180), at(-360)]);
  });

  it('are the nearest where a cycle is missing, none twice and none out of reach', () => {
    expect(pickEarlier(shown, issued([-75, -30, -300]))).toEqual([at(-75)]);
    expect(pickEarlier(shown, issued([-120]))).toEqual([]);
  });

  it('never are the shown one or a later one', () => {
    expect(pickEarlier(shown, issued([0, 15]))).toEqual([]);
    expect(pickEarlier(null, issued([-60]))).toEqual([]);
  });
});
