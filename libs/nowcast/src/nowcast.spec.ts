import { describe, expect, it } from '@jest/globals';
import { Nowcast, type NowcastProblem } from './nowcast.js';
import { rmsOf, testRain, type TestRain } from './test-rain.js';

const [ROWS, COLUMNS] = [64, 80];
const RAIN: TestRain = { rows: ROWS, columns: COLUMNS, down: 1.5, right: 2.5, cells: 40 };

/** Rain that moves and becomes other rain meanwhile: half of it is other at step .5, all at step 4. */
function evolving(step: number): Float32Array {
  const share = Math.max(0, Math.min(1, (step + 3) / 7));
  const [old, next] = [testRain(RAIN, step), testRain({ ...RAIN, seed: 2 }, step)];
  return old.map((rate, k) => (1 - share) * rate + share * next[k]!);
}

function problemOf(rain: TestRain, more: Partial<NowcastProblem> = {}): NowcastProblem {
  const mosaics = [-2, -1, 0].map(step => testRain(rain, step));
  return { rows: ROWS, columns: COLUMNS, mosaics, cellKm: 1, stepMinutes: 15, steps: 4, ...more };
}

describe('Nowcast', () => {
  it('follows rain that only moves, better than rain that stays', () => {
    const nowcast = new Nowcast(problemOf(RAIN));
    for (const step of [0, 3]) {
      const truth = testRain(RAIN, step + 1);
      const stays = rmsOf(testRain(RAIN, 0), truth);
      expect(rmsOf(nowcast.mean(step), truth)).toBeLessThan(0.35 * stays);
      expect(rmsOf(nowcast.carried(step), truth)).toBeLessThan(0.25 * stays);
    }
    expect(nowcast.report.eastKmH).toBeCloseTo(10, 0);
    expect(nowcast.report.southKmH).toBeCloseTo(6, 0);
  });

  it('leaves open what comes from beyond the raster or out of a gap; a gap moves with the rain', () => {
    const mosaics = problemOf(RAIN).mosaics.map(rates => rates.map((rate, k) => (k % COLUMNS >= 35 && k % COLUMNS < 45 ? NaN : rate)));
    const mean = new Nowcast(problemOf(RAIN, { mosaics })).mean(3);
    const middle = 32 * COLUMNS;
    expect(mean[middle + 2]).toBeNaN(); // 10 cells in four steps
    expect(mean[middle + 48]).toBeNaN();
    expect(mean[middle + 20]).not.toBeNaN();
    expect(mean[middle + 60]).not.toBeNaN();
  });

  it('keeps a trend that has lasted, and only one that has', () => {
    const growing = { ...RAIN, growth: 1.1 };
    const nowcast = new Nowcast(problemOf(growing, { steps: 2 }));
    expect(nowcast.report.trend.growth).toBeGreaterThan(0.03);
    expect(nowcast.report.trend.kept).toBeGreaterThan(0.3);
    const without = new Nowcast(problemOf(growing, { steps: 2 }), { trend: false });
    const truth = testRain(growing, 1);
    expect(rmsOf(nowcast.mean(0), truth)).toBeLessThan(rmsOf(without.mean(0), truth));
    const two = new Nowcast(problemOf(growing, { mosaics: [testRain(growing, -1), testRain(growing, 0)] }));
    expect(two.report.trend.kept).toBe(0);
  });

  it('gives the same members for the same seed, others for another, each with the rates of the last mosaic', () => {
    const last = testRain(RAIN, 0);
    const nowcast = new Nowcast(problemOf(RAIN));
    const first: Float32Array[] = [];
    nowcast.members(2, 5, (_, step, rates) => {
      if (step === 3) first.push(rates.slice());
    });
    const again: Float32Array[] = [];
    new Nowcast(problemOf(RAIN)).members(3, 5, (_, step, rates) => {
      if (step === 3) again.push(rates.slice());
    });
    expect(again.slice(0, 2)).toEqual(first);
    expect(rmsOf(first[0]!, first[1]!)).toBeGreaterThan(0.05);
    nowcast.members(1, 6, (_, step, rates) => {
      if (step === 3) expect(rmsOf(rates, first[0]!)).toBeGreaterThan(0.05);
    });
    for (const member of first) {
      const seen = member.filter(rate => rate === rate);
      expect(seen.every(rate => rate >= 0 && Number.isFinite(rate))).toBe(true);
      expect(Math.max(...seen)).toBeLessThanOrEqual(Math.max(...last));
    }
  });

  it('spreads more with the lead', () => {
    const nowcast = new Nowcast(problemOf(RAIN, { mosaics: [-2, -1, 0].map(evolving) }));
    const spread = [0, 0, 0, 0];
    const means = spread.map((_, step) => nowcast.mean(step));
    nowcast.members(6, 1, (_, step, rates) => {
      spread[step]! += rmsOf(rates, means[step]!) / 6;
    });
    expect(spread[0]).toBeGreaterThan(0);
    expect(spread[3]).toBeGreaterThan(spread[0]!);
  });

  it('is dry when nothing rains and refuses what is no raster', () => {
    const dry = problemOf(RAIN).mosaics.map(rates => new Float32Array(rates.length));
    const mean = new Nowcast(problemOf(RAIN, { mosaics: dry })).mean(0);
    expect(mean.every(rate => rate === 0)).toBe(true);
    expect(() => new Nowcast(problemOf(RAIN, { mosaics: dry.slice(2) }))).toThrow(/two mosaics/);
    expect(() => new Nowcast(problemOf(RAIN, { rows: 63 }))).toThrow(/63 × 80/);
    expect(() => new Nowcast(problemOf(RAIN, { steps: 0 }))).toThrow(/steps/);
  });
});
