import { expect, it } from '@jest/globals';
import { estimateAdjustment, factorOf } from '#forcing';
import { HOUR_MS, MINUTE_MS, epochMs, type EpochMs, type RainGaugeSeries } from '#hydrology';
import { openmrgGauges, type RadarAndGauges } from '../../setup/openmrg-gauges.js';

const PATH = process.env['FRESHET_OPENMRG'];
if (PATH === undefined)
  process.stderr.write('real rain gauges do not adjust a real radar: FRESHET_OPENMRG is not set (test/bench/README.md)\n');

/** The defaults of domain.yaml: nothing was fitted here. */
const SETTINGS = { stepMs: HOUR_MS, windowMs: 24 * HOUR_MS, minimumMm: 0.5, memoryMs: 12 * HOUR_MS, biasSd: 0.2, pairSd: 0.2, most: 4 };

/** An hour at a gauge that took no part in the adjustment, mm. */
interface LeftOut {
  readonly gauge: number;
  readonly radar: number;
  readonly adjusted: number;
  /** The radar times the ratio of the sums of gauges and radar so far. */
  readonly byRatio: number;
}

(PATH === undefined ? it.skip : it)(
  'nine gauges bring the radar nearer to the tenth, by what is known at the end of each hour',
  async () => {
    const event = await openmrgGauges(PATH!);
    const begin = event.radar[0]!.validTime;
    const all = event.gauges.flatMap(gauge => [1.5, 2.5].map(hours => leaveOut(event, gauge, epochMs(begin + hours * HOUR_MS))));
    const rmse = (of: 'radar' | 'adjusted' | 'byRatio') =>
      Math.sqrt(all.reduce((sum, one) => sum + (one[of] - one.gauge) ** 2, 0) / all.length);
    expect([all.length, all.reduce((sum, { gauge }) => sum + gauge, 0)]).toEqual([20, expect.closeTo(42.3, 1)]);
    expect(rmse('radar')).toBeCloseTo(1.89, 2); // it sees less than a third of the rain
    expect(rmse('adjusted')).toBeCloseTo(1.18, 2);
    expect(rmse('byRatio')).toBeCloseTo(1.2, 2);
  },
);

function leaveOut({ radar, gauges, cellOf }: RadarAndGauges, left: RainGaugeSeries, to: EpochMs): LeftOut {
  const from = epochMs(to - HOUR_MS);
  const others = gauges.filter(each => each !== left).map(each => until(each, to));
  const adjustment = estimateAdjustment({ from, to, issueTime: to, asOf: to, radar, gauges: others, cellOf, settings: SETTINGS });
  const known = radar.filter(({ validTime }) => validTime <= to);
  const over = (gauge: RainGaugeSeries) => cellOf.get(gauge.gauge)!;
  const allOthers = known.reduce((sum, { values }) => sum + others.reduce((part, gauge) => part + values[over(gauge)]!, 0), 0);
  const ratio = others.reduce((sum, { depths }) => sum + depths.reduce((part, depth) => part + depth, 0), 0) / allOthers;
  const hour = known.filter(({ validTime }) => validTime > from);
  const depthOf = (factor: (end: number) => number) =>
    hour.reduce((sum, { validTime, values }) => sum + values[over(left)]! * factor(validTime), 0);
  return {
    gauge: left.depths.reduce((sum, depth, k) => (left.times[k]! > from && left.times[k]! <= to ? sum + depth : sum), 0),
    radar: depthOf(() => 1),
    adjusted: depthOf(end => factorOf(adjustment, end - 5 * MINUTE_MS, end)),
    byRatio: depthOf(() => Math.min(SETTINGS.most, ratio)),
  };
}

/** What a gauge had sent by a time. */
function until(series: RainGaugeSeries, to: EpochMs): RainGaugeSeries {
  const count = series.times.findLastIndex(time => time <= to) + 1;
  const { times, durationsMs, depths, flags } = series;
  const upTo = { times: times.slice(0, count), durationsMs: durationsMs.slice(0, count), flags: flags.slice(0, count) };
  return { ...series, ...upTo, depths: depths.slice(0, count) };
}
