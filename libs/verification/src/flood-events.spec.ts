import { describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import { quantile } from '#hydrology';
import { baseflow } from './baseflow.js';
import { EVENT_SETTINGS, eventErrors, floodEvents } from './flood-events.js';

/** Hours of a river at 2 m³/s; each storm rains for six hours and makes a flood whose peak comes ten hours after it began. */
function series(storms: readonly (readonly [hour: number, size: number])[], hours = 1500) {
  const rain = new Float64Array(hours);
  const discharge = new Float64Array(hours).fill(2);
  for (const [hour, size] of storms) {
    for (let k = 0; k < 6; k++) rain[hour + k] = rain[hour + k]! + size / 10;
    for (let t = hour; t < hours; t++) {
      const x = (t - hour) / 10;
      discharge[t] = discharge[t]! + size * x * Math.exp(1 - x);
    }
  }
  return { rain, discharge };
}

describe('floodEvents', () => {
  it('finds each flood from the rise of its rain over its peak to the end of its quick flow', () => {
    const { rain, discharge } = series([[300, 100], [900, 80]]); // prettier-ignore
    const events = floodEvents({ rain, discharge }, { ...EVENT_SETTINGS, peakQuantile: 0.95 });
    expect(events.map(({ peak }) => peak)).toEqual([310, 910]);
    events.forEach(({ start, end }, k) => {
      const storm = [300, 900][k]!;
      expect(Math.abs(start - storm)).toBeLessThanOrEqual(1);
      expect(end).toBeGreaterThan(storm + 50);
      expect(end).toBeLessThan(storm + 290);
    });
  });

  it('makes one event of two floods that overlap, with the higher peak', () => {
    const { rain, discharge } = series([[300, 60], [360, 100]]); // prettier-ignore
    const [event, ...others] = floodEvents({ rain, discharge }, { ...EVENT_SETTINGS, peakQuantile: 0.9 });
    expect(others).toEqual([]);
    expect(event!.peak).toBeGreaterThan(360);
    expect(event!.start).toBeLessThanOrEqual(301);
  });

  it('takes no peak below the asked discharge, none in a gap, none of a river that does not move', () => {
    const { rain, discharge } = series([[300, 100]]);
    expect(floodEvents({ rain, discharge }, { ...EVENT_SETTINGS, peakValue: 500 })).toEqual([]);
    expect(floodEvents({ rain, discharge: new Float64Array(1500).fill(3) })).toEqual([]);
    expect(floodEvents({ rain, discharge: new Float64Array(1500).fill(NaN) })).toEqual([]);
    discharge.fill(NaN, 300, 330);
    expect(floodEvents({ rain, discharge }, { ...EVENT_SETTINGS, peakValue: 90 })).toEqual([]);
  });

  it('gives events in order, inside the series, around their peaks', () => {
    const storm = fc.tuple(fc.integer({ min: 0, max: 1400 }), fc.integer({ min: 10, max: 200 }));
    fc.assert(
      fc.property(fc.array(storm, { maxLength: 8 }), storms => {
        const { rain, discharge } = series(storms);
        const events = floodEvents({ rain, discharge }, { ...EVENT_SETTINGS, peakQuantile: 0.9 });
        events.forEach(({ start, peak, end }, k) => {
          expect(start >= 0 && start <= peak && peak <= end && end < discharge.length).toBe(true);
          if (k > 0) expect(start).toBeGreaterThan(events[k - 1]!.end);
        });
      }),
    );
  });
});

describe('eventErrors', () => {
  const { rain, discharge } = series([[300, 100]]);
  const [event] = floodEvents({ rain, discharge });

  it('is zero for the observation itself, and the ratio for a flood that is a fifth too high', () => {
    expect(eventErrors({ simulated: discharge, observed: discharge }, event!)).toEqual({ floodFlow: 0, peakFlow: 0, peakDelay: 0 });
    const higher = eventErrors({ simulated: discharge.map(value => 1.2 * value), observed: discharge }, event!);
    expect(higher.floodFlow).toBeCloseTo(0.2, 10);
    expect(higher.peakFlow).toBeCloseTo(0.2, 10);
  });

  it('counts how late the peak is, and says nothing without observations', () => {
    const late = Float64Array.from(discharge, (_, k) => discharge[Math.max(0, k - 3)]!);
    expect(eventErrors({ simulated: late, observed: discharge }, event!).peakDelay).toBe(3);
    expect(eventErrors({ simulated: late, observed: new Float64Array(1500).fill(NaN) }, event!).peakFlow).toBeNaN();
  });
});

describe('baseflow', () => {
  it('never exceeds the discharge nor falls below zero, and is all of a steady river', () => {
    fc.assert(
      fc.property(fc.array(fc.double({ min: 0, max: 1e3, noNaN: true }), { minLength: 1, maxLength: 200 }), q => {
        baseflow(q).forEach((slow, k) => {
          expect(slow).toBeLessThanOrEqual(q[k]!);
          expect(slow).toBeGreaterThanOrEqual(0);
        });
      }),
    );
    const steady = baseflow(new Float64Array(400).fill(5));
    expect(steady[200]).toBeCloseTo(5, 3);
  });

  it('has quantiles between the order statistics', () => {
    expect([0, 0.25, 0.5, 1].map(share => quantile([4, 1, 3, 2], share))).toEqual([1, 1.75, 2.5, 4]);
  });
});
