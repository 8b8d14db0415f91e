import { describe, expect, it } from '@jest/globals';
import { HOUR_MS, epochMs, stationId, timeGrid } from '#hydrology';
import { correctForecast, exceedanceAt, forecastUngauged, standardNormal } from './correct-forecast.js';
import { newStationMemory } from './memory.js';
import { defaultSettings } from './settings.js';
import { noError } from './upstream-error.js';

const ISSUE = epochMs(1_000 * HOUR_MS);
const time = timeGrid(ISSUE, epochMs(ISSUE + 24 * HOUR_MS), HOUR_MS / 4);
const flat = (value: number): Float64Array => new Float64Array(time.count).fill(value);
const memory = newStationMemory(stationId('S'), defaultSettings(1));

describe('correctForecast', () => {
  it('starts at the observation and returns to the runs', () => {
    const fresh = [{ time: ISSUE, observed: 30, run: 20 }];
    const { quantiles } = correctForecast({
      time,
      openLoop: flat(20),
      analysis: flat(20),
      arriving: noError,
      fresh,
      window: fresh,
      memory,
    });
    const median = quantiles[2]!;
    expect(median[0]).toBeGreaterThan(28);
    expect(median[95]).toBeLessThan(26);
    for (let k = 1; k < 96; k++) expect(median[k]).toBeLessThanOrEqual(median[k - 1]! + 1e-9);
  });

  it('leaves the runs alone without an observation', () => {
    const { quantiles, memory: after } = correctForecast({
      time,
      openLoop: flat(20),
      analysis: flat(20),
      arriving: noError,
      fresh: [],
      window: [],
      memory,
    });
    quantiles[2]!.forEach(value => {
      expect(value).toBeCloseTo(20, 9);
    });
    expect(after.pending).toEqual([]);
  });

  it('adds to the free run the error that arrives, and filters only what is beyond it', () => {
    const fresh = [{ time: ISSUE, observed: 26, run: 20 }];
    const arriving = (at: number): number => (at <= ISSUE + 2 * HOUR_MS ? 6 : 0);
    const { quantiles } = correctForecast({ time, openLoop: flat(20), analysis: flat(20), arriving, fresh, window: [], memory });
    expect(quantiles[2]![7]).toBeCloseTo(26, 6);
    expect(quantiles[2]![8]).toBeCloseTo(20, 6);
  });

  it('keeps a forecast until its observation comes, then learns from it once', () => {
    const first = correctForecast({
      time,
      openLoop: flat(20),
      analysis: flat(20),
      arriving: noError,
      fresh: [{ time: ISSUE, observed: 30, run: 20 }],
      window: [],
      memory,
    });
    expect(first.memory.pending).toHaveLength(9);
    const next = { time: epochMs(ISSUE + HOUR_MS), observed: 28, run: 20 };
    const later = timeGrid(next.time, epochMs(next.time + 24 * HOUR_MS), HOUR_MS / 4);
    const second = correctForecast({
      time: later,
      openLoop: flat(20),
      analysis: flat(20),
      arriving: noError,
      fresh: [next],
      window: [],
      memory: first.memory,
    });
    expect(second.memory.statistics.leads.map(({ count }) => count)).toEqual([1, 0, 0, 0, 0, 0, 0, 0, 0]);
    expect(second.memory.pending).toHaveLength(8 + 9);
  });
});

describe('forecastUngauged', () => {
  it('takes the middle of both runs and a band around it', () => {
    const [low, , median, , high] = forecastUngauged(flat(10), flat(20), [memory]);
    expect(median![0]).toBeCloseTo(15, 9);
    expect(low![0]).toBeLessThan(15);
    expect(high![0]).toBeGreaterThan(15);
  });
});

describe('the band of an ungauged station', () => {
  it('grows to what the free run would have needed at a gauge', () => {
    let learned = memory;
    for (let hour = 0; hour < 200; hour++) {
      const at = epochMs(ISSUE + hour * HOUR_MS);
      const fresh = [{ time: at, observed: hour % 2 === 0 ? 40 : 10, run: 20 }];
      const span = timeGrid(at, epochMs(at + 24 * HOUR_MS), HOUR_MS / 4);
      learned = correctForecast({
        time: span,
        openLoop: flat(20),
        analysis: flat(20),
        arriving: noError,
        fresh,
        window: fresh,
        memory: learned,
      }).memory;
    }
    const [low, , , , high] = forecastUngauged(flat(20), flat(20), [learned]);
    expect(low![0]).toBeLessThan(12);
    expect(high![0]).toBeGreaterThan(36);
  });
});

describe('exceedanceAt', () => {
  const quantiles = [5, 8, 10, 13, 20];
  it('agrees with the quantiles it was given', () => {
    [0.95, 0.75, 0.5, 0.25, 0.05].forEach((chance, k) => {
      expect(exceedanceAt(quantiles, quantiles[k]!)).toBeCloseTo(chance, 4);
    });
  });
  it('falls with the threshold and knows a band without width', () => {
    expect(exceedanceAt(quantiles, 1)).toBeGreaterThan(0.97);
    expect(exceedanceAt(quantiles, 100)).toBeLessThan(1e-6);
    expect(exceedanceAt([1, 1, 1, 1, 1], 2)).toBe(0);
    expect(exceedanceAt([3, 3, 3, 3, 3], 2)).toBe(1);
  });
  it('integrates the normal density', () => {
    expect(standardNormal(0)).toBeCloseTo(0.5, 7);
    expect(standardNormal(1.959964)).toBeCloseTo(0.975, 6);
  });
});
