import { describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import { HOUR_MS, MINUTE_MS, epochMs, parseIso, timeGrid, toIso, type EpochMs, type RainGrid } from '#hydrology';
import { buildForcing, describeSubstitution, type ExpectedRain, type ForcingProblem } from './index.js';

const CELLS = 3;
const START = parseIso('2014-11-03T00:00Z');
const QUARTER_MS = 15 * MINUTE_MS;
const hour = (k: number): EpochMs => epochMs(START + k * HOUR_MS);

const grid = (k: number, depths: readonly number[], options: { late?: number; durationMs?: number } = {}): RainGrid => ({
  validTime: hour(k),
  durationMs: options.durationMs ?? HOUR_MS,
  receivedAt: epochMs(hour(k) + (options.late ?? QUARTER_MS)),
  values: Float32Array.from(depths),
});

/** A window of six hours, issued at its end unless told, and two hours of forecast. */
function problemOf(rain: readonly RainGrid[], expected: ExpectedRain = { kind: 'persistence' }, issueHour = 6): ForcingProblem {
  const time = timeGrid(START, hour(8), QUARTER_MS);
  const pet = { time, cellCount: CELLS, values: new Float32Array(time.count * CELLS).fill(0.01) };
  return { time, issueTime: hour(issueHour), asOf: epochMs(hour(issueHour) + 4 * MINUTE_MS), rain, pet, expected };
}

const hourOf = (forcing: { readonly rain: Float32Array }, k: number, cell: number): number[] =>
  [0, 1, 2, 3].map(quarter => forcing.rain[((k - 1) * 4 + quarter) * CELLS + cell]!);

const everyHour = (from: number, to: number, depth: number): RainGrid[] =>
  Array.from({ length: to - from + 1 }, (_, k) => grid(from + k, [depth, depth, depth], { late: 0 }));

describe('buildForcing', () => {
  it('shares an hourly depth equally among its quarters', () => {
    const forcing = buildForcing(problemOf([...everyHour(1, 6, 2), grid(3, [8, 0, 4], { late: QUARTER_MS })]));
    expect(hourOf(forcing, 3, 0)).toEqual([2, 2, 2, 2]);
    expect(hourOf(forcing, 3, 1)).toEqual([0, 0, 0, 0]);
    expect(hourOf(forcing, 2, 2)).toEqual([0.5, 0.5, 0.5, 0.5]);
    expect(forcing.knownUntil).toBe(hour(6));
    expect(forcing.newestRain).toBe(hour(6));
  });

  it('lets the last rain fade over one hour, then nothing', () => {
    const forcing = buildForcing(problemOf(everyHour(1, 6, 4)));
    expect(hourOf(forcing, 7, 0)).toEqual([0.875, 0.625, 0.375, 0.125]);
    expect(hourOf(forcing, 8, 0)).toEqual([0, 0, 0, 0]);
    expect(forcing.substitutions.map(({ origin, reason, from, to }) => [origin, reason, toIso(from), toIso(to)])).toEqual([
      ['persistence', 'future', '2014-11-03T06:00:00Z', '2014-11-03T07:00:00Z'],
      ['zero', 'future', '2014-11-03T07:00:00Z', '2014-11-03T08:00:00Z'],
    ]);
  });

  it('says that rain before the issue time has not come yet and keeps it out of what is known', () => {
    const forcing = buildForcing(problemOf([...everyHour(1, 5, 4), grid(6, [9, 9, 9])]));
    expect(forcing.knownUntil).toBe(hour(5));
    expect(forcing.substitutions[0]).toMatchObject({ reason: 'late', origin: 'persistence', from: hour(5), to: hour(6) });
    expect(describeSubstitution(forcing.substitutions[0]!)).toContain('has not come yet; the last received rain, fading, is used');
  });

  it('draws a line across a hole, flags it and gives it up after three hours only', () => {
    const forcing = buildForcing(problemOf([...everyHour(1, 2, 4), ...everyHour(4, 6, 8)]));
    expect(hourOf(forcing, 3, 0)).toEqual([1.2, 1.4, 1.6, 1.8].map(Math.fround));
    expect(forcing.substitutions[0]).toMatchObject({ reason: 'hole', origin: 'interpolated', from: hour(2), to: hour(3), cells: CELLS });
    expect(forcing.knownUntil).toBe(hour(6)); // 02:15 … 03:00 are three hours old or more at 06:00
    const earlier = buildForcing(problemOf([...everyHour(1, 2, 4), ...everyHour(4, 5, 8)], { kind: 'persistence' }, 5));
    expect(earlier.knownUntil).toBe(hour(2));
  });

  it('does not draw a line across more than three hours', () => {
    const { origins } = buildForcing(problemOf([...everyHour(1, 1, 4), ...everyHour(6, 6, 8)]));
    expect(origins.slice(4, 20)).toEqual([...new Array<string>(4).fill('persistence'), ...new Array<string>(12).fill('zero')]);
  });

  it('uses rain given as known where none was received, without calling it known in time', () => {
    const known = everyHour(5, 8, 6);
    const forcing = buildForcing(problemOf(everyHour(1, 5, 4), { kind: 'known', rain: known }));
    expect(hourOf(forcing, 5, 0)).toEqual([1, 1, 1, 1]);
    expect(hourOf(forcing, 6, 0)).toEqual([1.5, 1.5, 1.5, 1.5]);
    expect(hourOf(forcing, 8, 0)).toEqual([1.5, 1.5, 1.5, 1.5]);
    expect(forcing.knownUntil).toBe(hour(5));
  });

  it('takes NaN, negative and infinite cells for missing and fills them with the mean of the others', () => {
    const bad = [NaN, -1, Infinity].map((depth, k) => grid(k + 2, [depth, 2, 4], { late: 0 }));
    const forcing = buildForcing(problemOf([...everyHour(1, 1, 1), ...bad, ...everyHour(5, 6, 1)]));
    for (const k of [2, 3, 4]) expect(hourOf(forcing, k, 0)).toEqual([0.75, 0.75, 0.75, 0.75]);
    expect(forcing.substitutions[0]).toMatchObject({ reason: 'cells', origin: 'observed', cells: 1, from: hour(1), to: hour(4) });
    expect(forcing.knownUntil).toBe(hour(6));
  });

  it('takes a grid of another mesh, or with too few usable cells, for missing', () => {
    const bad = [grid(2, [1, 2], { late: 0 }), grid(3, [NaN, -1, 2], { late: 0 })];
    const forcing = buildForcing(problemOf([...everyHour(1, 1, 4), ...bad, ...everyHour(4, 6, 4)]));
    expect(forcing.substitutions[0]).toMatchObject({ reason: 'unusable', origin: 'interpolated', from: hour(1), to: hour(3) });
  });

  it('sees nothing received after the cut-off and takes the later of two revisions', () => {
    const revised = grid(4, [40, 40, 40], { late: 30 * MINUTE_MS });
    const late = grid(3, [99, 99, 99], { late: 6 * HOUR_MS });
    const forcing = buildForcing(problemOf([revised, late, ...everyHour(1, 6, 4)]));
    expect(hourOf(forcing, 4, 0)).toEqual([10, 10, 10, 10]);
    expect(hourOf(forcing, 3, 0)).toEqual([1, 1, 1, 1]);
  });

  it('sums grids shorter than a step when they tile it and refuses a gap', () => {
    const fiveMinutes = [1, 2, 3].map(k => ({
      ...grid(0, [k, 0, 0], { durationMs: 5 * MINUTE_MS }),
      validTime: epochMs(START + k * 5 * MINUTE_MS),
    }));
    const problem = problemOf([], { kind: 'zero' }, 1);
    expect(buildForcing({ ...problem, rain: fiveMinutes }).rain[0]).toBe(6);
    expect(buildForcing({ ...problem, rain: fiveMinutes.slice(1) }).origins[0]).toBe('zero');
  });

  it('gives nothing but zeros, all flagged, when there is no rain at all', () => {
    const forcing = buildForcing(problemOf([]));
    expect(forcing.rain.every(depth => depth === 0)).toBe(true);
    expect(forcing.newestRain).toBeNull();
    expect(forcing.knownUntil).toBe(hour(3));
    expect(forcing.substitutions.map(({ reason }) => reason)).toEqual(['late', 'future']);
  });

  it('refuses PET that does not cover the steps', () => {
    const problem = problemOf([]);
    const time = timeGrid(hour(1), hour(8), QUARTER_MS);
    expect(() => buildForcing({ ...problem, pet: { ...problem.pet, time } })).toThrow(/PET covers/);
  });

  it('never gives a missing or negative depth and conserves the mean of every received hour', () => {
    const depth = fc.oneof(fc.float({ min: 0, max: 80, noNaN: true }), fc.constantFrom(NaN, -1));
    const hours = fc.array(fc.option(fc.array(depth, { minLength: CELLS, maxLength: CELLS }), { nil: null }), {
      minLength: 6,
      maxLength: 6,
    });
    fc.assert(
      fc.property(hours, all => {
        const rain = all.flatMap((depths, k) => (depths === null ? [] : [grid(k + 1, depths, { late: 0 })]));
        const forcing = buildForcing(problemOf(rain));
        expect(forcing.rain.every(value => value >= 0 && Number.isFinite(value))).toBe(true);
        all.forEach((depths, k) => {
          const good = (depths ?? []).filter(value => value >= 0);
          if (good.length < 2) return;
          const received = good.reduce((sum, value) => sum + value, 0) / good.length;
          const used = forcing.mean.slice(k * 4, k * 4 + 4).reduce((sum, value) => sum + value, 0);
          expect(used).toBeCloseTo(received, 4);
        });
      }),
    );
  });
});
