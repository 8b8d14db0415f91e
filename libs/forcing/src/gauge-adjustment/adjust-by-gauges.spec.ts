import { describe, expect, it } from '@jest/globals';
import { HOUR_MS, MINUTE_MS, epochMs, normalDeviates, parseIso, stationId, type RainGaugeSeries, type RainGrid } from '#hydrology';
import { adjustGrids, estimateAdjustment, factorOf, type AdjustmentProblem, type AdjustmentSettings } from './adjust-by-gauges.js';

const START = parseIso('2014-11-03T00:00Z');
const HOURS = 48;
const ISSUE = epochMs(START + HOURS * HOUR_MS);
const SETTINGS: AdjustmentSettings = {
  ...{ stepMs: HOUR_MS, windowMs: 24 * HOUR_MS, minimumMm: 0.5, memoryMs: 12 * HOUR_MS, biasSd: 0.2, pairSd: 0.2, most: 4 },
};
/** A storm on five cells, mm an hour. */
const rainOf = (hour: number, cell: number): number => 1 + 4 * Math.abs(Math.sin(hour / 3 + cell));

function radarOf(factor: (hour: number) => number): RainGrid[] {
  return Array.from({ length: HOURS }, (_, hour) => ({
    ...{ validTime: epochMs(START + (hour + 1) * HOUR_MS), durationMs: HOUR_MS, receivedAt: epochMs(START + (hour + 1.25) * HOUR_MS) },
    values: Float32Array.from({ length: 5 }, (_, cell) => rainOf(hour, cell) * factor(hour)),
  }));
}

/** In quarters of an hour, as a gauge sends them. */
function gaugeOn(cell: number, depthOf: (hour: number) => number): RainGaugeSeries {
  const count = 4 * HOURS;
  return {
    gauge: stationId(`G${cell}`),
    times: Float64Array.from({ length: count }, (_, k) => START + (k + 1) * 15 * MINUTE_MS),
    durationsMs: new Float64Array(count).fill(15 * MINUTE_MS),
    depths: Float64Array.from({ length: count }, (_, k) => depthOf(Math.floor(k / 4)) / 4),
    flags: new Uint8Array(count),
  };
}

const truthful = (cell: number): RainGaugeSeries => gaugeOn(cell, hour => rainOf(hour, cell));

const problem = (changes: Partial<AdjustmentProblem> = {}): AdjustmentProblem => ({
  ...{ from: epochMs(ISSUE - 12 * HOUR_MS), to: epochMs(ISSUE + 24 * HOUR_MS), issueTime: ISSUE, asOf: epochMs(ISSUE + 4 * MINUTE_MS) },
  radar: radarOf(() => 0.6),
  gauges: [0, 1, 2].map(truthful),
  cellOf: new Map([0, 1, 2, 3, 4].map(cell => [`G${cell}`, cell])),
  settings: SETTINGS,
  ...changes,
});

describe('mean-field adjustment by rain gauges', () => {
  it('finds the factor of a radar that sees six tenths', () => {
    const { summary } = estimateAdjustment(problem());
    expect(summary.factor).toBeGreaterThan(1.55);
    expect(summary.factor).toBeLessThan(1.68);
    expect(summary).toMatchObject({ gauges: 3, gaugesHeard: 3 });
    expect(summary.low).toBeLessThan(1 / 0.6);
    expect(summary.high).toBeGreaterThan(1 / 0.6);
    expect(summary.message).toMatch(/^Radar rain is multiplied by 1\.[56]\d, by 3 rain gauge\(s\), last compared at 2014-11-04T23:00:00Z$/);
  });

  it('estimates what is no bias any more, rain in another unit, and keeps the factor at its bound', () => {
    for (const [unit, factor] of [
      [10, 0.25],
      [0.1, 4],
    ] as const) {
      // a tenth of this rain does not reach the usual minimum of .5 mm, and would not be compared
      const { summary } = estimateAdjustment(problem({ radar: radarOf(() => unit), settings: { ...SETTINGS, minimumMm: 0.05 } }));
      expect(summary.factor).toBe(factor);
      const estimate = Math.sqrt(summary.low * summary.high);
      expect(estimate * unit).toBeGreaterThan(0.7);
      expect(estimate * unit).toBeLessThan(1.4);
    }
  });

  it('is exactly 1 without gauges, without rain, and by gauges that nothing places', () => {
    for (const changes of [
      { gauges: [] },
      { gauges: [gaugeOn(0, () => 0)] },
      { gauges: [truthful(0)], cellOf: new Map<string, number>() },
    ]) {
      const adjustment = estimateAdjustment(problem(changes));
      expect([...adjustment.factors].every(factor => factor === 1)).toBe(true);
      expect(adjustment.summary).toMatchObject({ factor: 1, pairs: 0, newestPair: null });
      const [grid] = problem().radar;
      expect(adjustGrids([grid!], adjustment)[0]).toBe(grid);
    }
    expect(estimateAdjustment(problem({ gauges: [] })).summary.message).toMatch(/no rain gauge has sent anything/);
    expect(estimateAdjustment(problem({ gauges: [gaugeOn(0, () => 0)] })).summary.message).toMatch(/none of 1 rain gauge/);
  });

  it('trusts one gauge less than three, and two that disagree hardly', () => {
    const far = (gauges: RainGaugeSeries[], hours: number) =>
      estimateAdjustment(problem({ gauges: gauges.map(one => onlyLast(one, hours)) })).summary.factor;
    const [one, three] = [far([truthful(0)], 1), far([0, 1, 2].map(truthful), 1)];
    expect(one).toBeGreaterThan(1.1);
    expect(three).toBeGreaterThan(one);
    expect(three).toBeLessThan(1 / 0.6);
    const disagree = far([gaugeOn(0, hour => 6 * rainOf(hour, 0)), gaugeOn(1, hour => 0.4 * rainOf(hour, 1))], 1);
    expect(Math.abs(Math.log10(disagree))).toBeLessThan(Math.log10(three) / 2);
  });

  it('is not led astray by one bad gauge of four', () => {
    for (const wrong of [0.1, 8]) {
      const bad = gaugeOn(3, hour => wrong * rainOf(hour, 3));
      const { summary } = estimateAdjustment(problem({ gauges: [...[0, 1, 2].map(truthful), bad] }));
      expect(summary.factor).toBeGreaterThan(1.55);
      expect(summary.factor).toBeLessThan(1.68);
      expect(summary.gauges).toBe(3);
    }
  });

  it('does not use what is doubted, dry, or covers a step in part', () => {
    const doubted = { ...truthful(0), flags: new Uint8Array(4 * HOURS).fill(3) };
    const gappy = truthful(1);
    const third = (_: number, k: number) => k % 4 !== 2;
    const holes: RainGaugeSeries = {
      ...gappy,
      ...{
        times: gappy.times.filter(third),
        durationsMs: gappy.durationsMs.filter(third),
        depths: gappy.depths.filter(third),
        flags: gappy.flags.filter(third),
      },
    };
    const blocked = gaugeOn(2, () => 0);
    expect(estimateAdjustment(problem({ gauges: [doubted, holes, blocked] })).summary).toMatchObject({
      factor: 1,
      pairs: 0,
      gaugesHeard: 3,
    });
  });

  it('sees nothing that the radar sent after the cut-off', () => {
    const asOf = epochMs(START + 30 * HOUR_MS);
    const whole = problem({ asOf });
    const cut = problem({ asOf, radar: whole.radar.filter(grid => grid.receivedAt <= asOf) });
    expect(estimateAdjustment(whole)).toEqual(estimateAdjustment(cut));
    expect(estimateAdjustment(whole).summary.newestPair).toBe(START + 29 * HOUR_MS);
  });

  it('stays within its bounds, and goes back to 1 as the comparisons grow old', () => {
    const wild = estimateAdjustment(problem({ radar: radarOf(() => 0.15), settings: { ...SETTINGS, biasSd: 1 } }));
    expect(wild.summary.factor).toBe(4);
    const { factors, time } = estimateAdjustment(problem());
    const ahead = Array.from(factors.slice(-24));
    ahead.forEach((factor, k) => {
      expect(factor).toBeGreaterThan(1);
      if (k > 0) expect(factor).toBeLessThan(ahead[k - 1]!);
    });
    expect(ahead.at(-1)).toBeLessThan(1.1);
    expect(factorOf({ time, factors } as never, time.start - 2 * HOUR_MS, time.start - HOUR_MS)).toBe(1);
  });

  it('follows a factor that changes', () => {
    const { summary, factors, time } = estimateAdjustment(problem({ radar: radarOf(hour => (hour < 36 ? 0.6 : 1.2)) }));
    expect(summary.factor).toBeLessThan(0.95);
    expect(factorOf({ time, factors } as never, ISSUE - 20 * HOUR_MS, ISSUE - 16 * HOUR_MS)).toBeGreaterThan(1.45);
  });

  it('multiplies each grid by the factor of its time and keeps what is missing', () => {
    const adjustment = estimateAdjustment(problem());
    const grid = { ...problem().radar[40]!, values: Float32Array.of(1, NaN, 2, 0, 1) };
    const [adjusted] = adjustGrids([grid], adjustment);
    const factor = factorOf(adjustment, grid.validTime - HOUR_MS, grid.validTime);
    expect(adjusted!.values).toEqual(Float32Array.of(factor, NaN, 2 * factor, 0, factor));
    expect(grid.values[0]).toBe(1);
  });

  it('recovers a factor through noise about as well as it says', () => {
    const noise = normalDeviates(7);
    const gauges = [0, 1, 2, 3, 4].map(cell => gaugeOn(cell, hour => rainOf(hour, cell) * 10 ** (0.2 * noise())));
    const { summary } = estimateAdjustment(problem({ gauges }));
    expect(summary.low).toBeLessThan(1 / 0.6);
    expect(summary.high).toBeGreaterThan(1 / 0.6);
  });
});

/** Its last hours alone before the newest radar. */
function onlyLast(series: RainGaugeSeries, hours: number): RainGaugeSeries {
  const until = ISSUE - HOUR_MS;
  const kept = [...series.times.keys()].filter(k => series.times[k]! > until - hours * HOUR_MS && series.times[k]! <= until);
  const pick = (from: ArrayLike<number>): Float64Array => Float64Array.from(kept, k => from[k]!);
  return {
    ...series,
    times: pick(series.times),
    durationsMs: pick(series.durationsMs),
    depths: pick(series.depths),
    flags: new Uint8Array(kept.length),
  };
}
