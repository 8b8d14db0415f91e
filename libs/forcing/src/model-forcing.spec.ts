import { describe, expect, it } from '@jest/globals';
import { HOUR_MS, MINUTE_MS, epochMs, timeGrid, type RainGrid } from '#hydrology';
import { buildForcing, type ExpectedRain } from './build-forcing.js';
import { describeSubstitution } from './substitution.js';

const ISSUE = epochMs(Date.UTC(2014, 10, 4, 12));
const STEP = 15 * MINUTE_MS;
const time = timeGrid(epochMs(ISSUE - HOUR_MS), epochMs(ISSUE + 5 * HOUR_MS), STEP);
const NONE = NaN;

const hour = (k: number, ...values: readonly number[]): RainGrid => ({
  ...{ validTime: epochMs(ISSUE + k * HOUR_MS), durationMs: HOUR_MS, receivedAt: ISSUE, values: Float32Array.from(values) },
});

function forcingWith(expected: ExpectedRain) {
  const pet = { time, cellCount: 3, values: new Float32Array(3 * time.count) };
  return buildForcing({ time, issueTime: ISSUE, asOf: ISSUE, rain: [hour(0, 4, 4, 4)], pet, expected });
}

const model = [1, 2, 3, 4].map(k => hour(k, 8, NONE, 8));
const carried = [1, 2, 3].map(k => hour(k, 4, 4, NONE));
/** Of the first cell and so on in the step that ends `minutes` after the issue, mm an hour. */
const rates = ({ rain }: ReturnType<typeof forcingWith>, minutes: number) => {
  const step = 4 + minutes / 15 - 1;
  return [...rain.subarray(3 * step, 3 * step + 3)].map(depth => depth * 4);
};

describe('rain that a weather model expects', () => {
  const blended = forcingWith({ kind: 'nowcast', rain: carried, model });
  const alone = forcingWith({ kind: 'nwp', rain: model });

  it('takes the place of the nowcast on a straight line over 3 h, and of its cells without an answer at once', () => {
    expect(rates(blended, 15)[0]).toBeCloseTo(4 + (4 * 7.5) / 180, 5); // 7.5 min after the issue
    expect(rates(blended, 90)[0]).toBeCloseTo(4 + (4 * 82.5) / 180, 5);
    expect(rates(blended, 180)[0]).toBeCloseTo(4 + (4 * 172.5) / 180, 5);
    expect(rates(blended, 15).slice(1)).toEqual([4, 8]); // only the nowcast, only the model
    expect(rates(blended, 240)).toEqual([8, 0, 8]); // the nowcast has ended
    expect(blended.origins.slice(4)).toEqual([
      ...Array<string>(12).fill('blended'),
      ...Array<string>(4).fill('nwp'),
      ...Array<string>(4).fill('zero'),
    ]);
  });

  it('stands alone where there is no nowcast, and persistence on its cells without an answer', () => {
    const persistence = forcingWith({ kind: 'persistence' });
    expect(rates(alone, 30)).toEqual([8, rates(persistence, 30)[1], 8]);
    expect(alone.origins[4]).toBe('nwp');
    expect(alone.origins.slice(0, 4)).toEqual(Array<string>(4).fill('observed'));
  });

  it('is recorded, and never enters the chain of states', () => {
    expect(blended.substitutions.map(({ origin, cells }) => [origin, cells])).toEqual([
      ['blended', 0],
      ['nwp', 1],
      ['zero', 3],
    ]);
    expect(blended.substitutions.map(describeSubstitution).slice(0, 2)).toEqual([
      'Rain of 2014-11-04 12:00 to 15:00 UTC (180 min) has not fallen yet; the nowcast, giving way to the weather model, is used',
      'Rain of 2014-11-04 15:00 to 16:00 UTC (60 min) has not fallen yet; the weather model is used, which says nothing of up to 1 cells; there the last received rain fades',
    ]);
    expect([blended.knownUntil, alone.knownUntil]).toEqual([ISSUE, ISSUE]);
  });
});
