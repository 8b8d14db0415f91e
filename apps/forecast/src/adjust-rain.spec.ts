import { fileURLToPath } from 'node:url';
import { beforeAll, describe, expect, it } from '@jest/globals';
import { loadDomain, type LoadedDomain } from '#config';
import { estimateAdjustment, factorOf, type AdjustmentSettings, type RainAdjustment } from '#forcing';
import { HOUR_MS, MINUTE_MS, epochMs, normalDeviates, parseIso, stationId, type RainGaugeSeries, type RainGrid } from '#hydrology';
import { adjustTask } from './adjust-rain.js';
import type { CycleTask } from './cycle-messages.js';

const CANCE = fileURLToPath(new URL('.', import.meta.resolve('#domains/cance/domain.yaml')));
/** As domain.yaml has it by default. */
const SETTINGS: AdjustmentSettings = {
  ...{ stepMs: HOUR_MS, windowMs: 24 * HOUR_MS, minimumMm: 0.5, memoryMs: 12 * HOUR_MS, biasSd: 0.2, pairSd: 0.2, most: 4 },
};
const FROM = parseIso('2014-11-01T00:00Z');
const HOURS = 30 * 24;
/** Of a bucket, mm. */
const TIP = 0.2;

/** The radar's error in time: from .5 to 1.4 and back within a day and a half. */
const radarSees = (time: number): number => 10 ** (-0.075 + 0.225 * Math.sin((2 * Math.PI * (time - FROM)) / (36 * HOUR_MS)));

interface Errors {
  unadjusted: number;
  /** By the ratio of sums of the last 24 and 6 h. */
  ratio24: number;
  ratio6: number;
  adjusted: number;
  inWindow: number;
}

describe('adjustment of the rain of the Cance, its true field as the truth', () => {
  let domain: LoadedDomain;
  let truth: RainGrid[];
  beforeAll(async () => {
    domain = await loadDomain(CANCE);
    truth = domain.record.rain(FROM, epochMs(FROM + HOURS * HOUR_MS));
  });

  const gaugesAt = (cells: readonly number[], noiseSd: number): RainGaugeSeries[] =>
    cells.map((cell, k) => {
      const noise = normalDeviates(k + 1);
      return {
        ...{ gauge: stationId(`R${k}`), times: Float64Array.from(truth, ({ validTime }) => validTime) },
        durationsMs: new Float64Array(truth.length).fill(HOUR_MS),
        depths: Float64Array.from(truth, ({ values }) => Math.round((values[cell]! * 10 ** (noiseSd * noise())) / TIP) * TIP || 0),
        flags: new Uint8Array(truth.length),
      };
    });

  /**
   * Every hour with what was known then: radar a quarter, gauges 20 minutes after their stamp. Errors are |sum − true sum| of the basin's hours
   * over the true sum: of the newest hour by the factor of that time, and of the twelve before as the assimilation sees them.
   */
  function errorsOf(count: number, noiseSd: number, sees: (time: number) => number): Errors {
    const cells = Array.from({ length: count }, (_, k) => Math.floor(((k + 0.5) * domain.mesh.cellCount) / count));
    const gauges = gaugesAt(cells, noiseSd);
    const cellOf = new Map(cells.map((cell, k) => [`R${k}`, cell]));
    const radar = truth.map(grid => ({ ...grid, values: grid.values.map(depth => depth * sees(grid.validTime)) }));
    const errors: Errors = { unadjusted: 0, ratio24: 0, ratio6: 0, adjusted: 0, inWindow: 0 };
    let fallen = 0;
    for (let k = 36; k < radar.length; k++) {
      const issueTime = epochMs(radar[k]!.validTime + 15 * MINUTE_MS);
      const asOf = epochMs(issueTime + 4 * MINUTE_MS);
      const [meanTrue, meanRadar] = [meanOf(truth[k]!), meanOf(radar[k]!)];
      if (meanTrue < 0.2) continue;
      const known = radar.slice(k - 36, k + 1);
      const heard = gauges.map(series => until(series, asOf - 20 * MINUTE_MS));
      const from = epochMs(issueTime - 12 * HOUR_MS);
      const adjustment = estimateAdjustment({
        from,
        to: issueTime,
        issueTime,
        asOf,
        radar: known,
        gauges: heard,
        cellOf,
        settings: SETTINGS,
      });
      const used = (grid: RainGrid): number => meanOf(grid) * factorOf(adjustment, grid.validTime - HOUR_MS, grid.validTime);
      fallen += meanTrue;
      errors.unadjusted += Math.abs(meanRadar - meanTrue);
      errors.ratio24 += Math.abs(meanRadar * cumulativeRatio(known, heard, cells, 24) - meanTrue);
      errors.ratio6 += Math.abs(meanRadar * cumulativeRatio(known, heard, cells, 6) - meanTrue);
      errors.adjusted += Math.abs(used(radar[k]!) - meanTrue);
      const [window, trueWindow] = [radar.slice(k - 11, k + 1).map(used), truth.slice(k - 11, k + 1).map(meanOf)];
      errors.inWindow += (meanTrue * sumOf(window.map((one, h) => Math.abs(one - trueWindow[h]!)))) / sumOf(trueWindow);
    }
    return Object.fromEntries(Object.entries(errors).map(([name, sum]) => [name, (sum as number) / fallen])) as unknown as Errors;
  }

  // shares of the rain that fell: unadjusted, by the ratio of 24 h and of 6 h, adjusted, and in the window of the assimilation
  it.each([
    ['changes', 5, 0.1, [0.3, 0.28, 0.17, 0.13, 0.08]],
    ['changes', 5, 0.2, [0.3, 0.31, 0.2, 0.15, 0.13]],
    ['changes', 2, 0.2, [0.3, 0.39, 0.27, 0.22, 0.2]],
    ['changes', 1, 0.2, [0.3, 0.4, 0.32, 0.24, 0.19]],
    ['sees .6', 5, 0.1, [0.4, 0.03, 0.05, 0.09, 0.07]], // steady and measured well: the plain ratio of a day is better
    ['sees .6', 5, 0.2, [0.4, 0.11, 0.12, 0.1, 0.11]],
    ['sees .6', 2, 0.2, [0.4, 0.19, 0.21, 0.13, 0.14]],
    ['sees .6', 1, 0.2, [0.4, 0.17, 0.23, 0.16, 0.15]],
    ['is right', 5, 0.2, [0, 0.11, 0.12, 0.1, 0.1]], // what gauges with errors cost a radar without
    ['is right', 1, 0.2, [0, 0.16, 0.23, 0.14, 0.15]],
  ] as const)('a radar that %s, %d gauges with errors of %d in log10', (radar, count, noise, expected) => {
    const sees = { changes: radarSees, 'sees .6': () => 0.6, 'is right': () => 1 }[radar];
    const { unadjusted, ratio24, ratio6, adjusted, inWindow } = errorsOf(count, noise, sees);
    [unadjusted, ratio24, ratio6, adjusted, inWindow].forEach((share, k) => {
      expect(Math.abs(share - expected[k]!)).toBeLessThan(0.011);
    });
  });
});

describe('the rain of a task', () => {
  const grid = (hours: number): RainGrid => ({
    ...{ validTime: epochMs(FROM + hours * HOUR_MS), durationMs: HOUR_MS, receivedAt: FROM, values: Float32Array.of(2) },
  });
  const twice = {
    time: { start: FROM, stepMs: HOUR_MS, count: 2 },
    factors: Float64Array.of(2, 3),
    summary: { factor: 3 },
  } as unknown as RainAdjustment;
  const taskWith = (futureRain: CycleTask['futureRain']) =>
    ({ observed: { rain: [grid(1), grid(2)] }, futureRain }) as unknown as CycleTask;
  const depthsOf = (grids: readonly RainGrid[]) => grids.map(({ values }) => values[0]);

  it('is adjusted where radar brought it: on the mesh, around it, and given as known', () => {
    const nowcast = adjustTask(taskWith({ kind: 'to-nowcast', mosaics: [grid(1)], model: { rain: [grid(2)] } }), twice);
    expect(depthsOf(nowcast.observed.rain)).toEqual([4, 6]);
    expect(nowcast.observed.rainAdjustment).toEqual({ factor: 3 });
    expect(nowcast.futureRain).toMatchObject({
      mosaics: [{ values: Float32Array.of(4) }],
      model: { rain: [{ values: Float32Array.of(2) }] },
    });
    const known = adjustTask(taskWith({ kind: 'known', rain: [grid(2)] }), twice).futureRain;
    expect(known).toMatchObject({ rain: [{ values: Float32Array.of(6) }] });
    const model = { kind: 'nwp', rain: [grid(2)] } as const;
    expect(adjustTask(taskWith(model), twice).futureRain).toBe(model);
    const alone = { kind: 'to-nowcast', mosaics: null, model: null } as const;
    expect(adjustTask(taskWith(alone), twice).futureRain).toBe(alone);
  });

  it('is left alone where the domain does not adjust', () => {
    const task = taskWith({ kind: 'zero' });
    expect(adjustTask(task, null)).toBe(task);
  });
});

/** The usual simple thing: the sums of the last hours of the gauges over those of the radar over them. */
function cumulativeRatio(radar: readonly RainGrid[], gauges: readonly RainGaugeSeries[], cells: readonly number[], hours: number): number {
  let [ofGauges, ofRadar] = [0, 0];
  for (const { validTime, values } of radar.slice(-hours - 1)) {
    gauges.forEach(({ times, depths }, k) => {
      const at = times.indexOf(validTime);
      if (at < 0) return;
      [ofGauges, ofRadar] = [ofGauges + depths[at]!, ofRadar + values[cells[k]!]!];
    });
  }
  return ofGauges > 0 && ofRadar > 0 ? Math.min(4, Math.max(0.25, ofGauges / ofRadar)) : 1;
}

function until(series: RainGaugeSeries, time: number): RainGaugeSeries {
  const end = series.times.findLastIndex(one => one <= time) + 1;
  const cut = (values: Float64Array): Float64Array => values.subarray(Math.max(0, end - 60), end);
  return {
    ...series,
    times: cut(series.times),
    durationsMs: cut(series.durationsMs),
    depths: cut(series.depths),
    flags: series.flags.subarray(Math.max(0, end - 60), end),
  };
}

const meanOf = ({ values }: RainGrid): number => values.reduce((sum, depth) => sum + depth, 0) / values.length;
const sumOf = (values: readonly number[]): number => values.reduce((sum, value) => sum + value, 0);
