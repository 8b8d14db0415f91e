import { describe, expect, it } from '@jest/globals';
import { HOUR_MS, MINUTE_MS, epochMs, timeGrid, type RainGrid } from '#hydrology';
import { buildForcing, type ExpectedRain } from './build-forcing.js';
import { describeSubstitution } from './substitution.js';

const ISSUE = epochMs(Date.UTC(2014, 10, 4, 12));
const STEP = 15 * MINUTE_MS;
const time = timeGrid(epochMs(ISSUE - HOUR_MS), epochMs(ISSUE + 2 * HOUR_MS), STEP);

const grid = (validTime: number, durationMs: number, values: readonly number[]): RainGrid => ({
  ...{ validTime: epochMs(validTime), durationMs, receivedAt: ISSUE, values: Float32Array.from(values) },
});

function forcingWith(expected: ExpectedRain) {
  const pet = { time, cellCount: 2, values: new Float32Array(2 * time.count) };
  return buildForcing({ time, issueTime: ISSUE, asOf: ISSUE, rain: [grid(ISSUE, HOUR_MS, [4, 8])], pet, expected });
}

describe('rain that is carried along', () => {
  const nowcast = forcingWith({ kind: 'nowcast', rain: [grid(ISSUE + HOUR_MS, HOUR_MS, [2, NaN])] });

  it('is used where it says something, and persistence where it does not or ends', () => {
    const persistence = forcingWith({ kind: 'persistence' });
    expect(nowcast.origins.slice(3)).toEqual(['observed', ...new Array<string>(4).fill('nowcast'), ...new Array<string>(4).fill('zero')]);
    for (let step = 4; step < 8; step++) {
      expect(nowcast.rain[2 * step]).toBe(0.5);
      expect(nowcast.rain[2 * step + 1]).toBe(persistence.rain[2 * step + 1]);
    }
    expect(persistence.rain[9]).toBeCloseTo(2 * 0.875, 6);
  });

  it('is recorded with the number of cells it says nothing of', () => {
    const one = nowcast.substitutions.find(({ origin }) => origin === 'nowcast')!;
    expect(one).toMatchObject({ from: ISSUE, to: ISSUE + HOUR_MS, reason: 'future', cells: 1 });
    expect(describeSubstitution(one)).toContain('the nowcast is used, which says nothing of up to 1 cells');
  });

  it('never enters the chain of states', () => {
    expect(nowcast.knownUntil).toBe(ISSUE);
  });
});
