import { epochMs, type PointSeries, type QualityFlag } from '#hydrology';
import { GaugeJudge, type GaugeNetwork } from './gauge-judge.js';
import { isSettled } from './verdict.js';

/**
 * Flags of the discharge of a basin's gauges judged in the order of their stamps, as they would have been judged had
 * all come on time: a value that came late was compared with other neighbours than it has now. What neighbours say nothing of
 * stays: unreliable when it was received (a stamp in the future), doubtful by how it was made (a rating curve carried on), what an
 * operator has decided.
 * @param series ascending, with as much of the past as the checks look back on; its first values are judged with less
 */
export function judgeAgain(series: readonly PointSeries[], network: GaugeNetwork): PointSeries[] {
  const judge = new GaugeJudge(network);
  const known = series.filter(({ station }) => network.gauges.has(station));
  for (const spots of inOrder(known)) {
    for (const { station, times, values, flags, k } of spots) {
      const validTime = epochMs(times[k]!);
      const given = isSettled(flags[k]!) ? (flags[k] as QualityFlag) : undefined;
      judge.judgeDischarge(station, { validTime, receivedAt: validTime, value: values[k]! }, [], given);
    }
    judge.doubtNetwork(spots.map(({ station, times, k }) => ({ station, validTime: epochMs(times[k]!) })));
  }
  return series.map(one => (network.gauges.has(one.station) ? { ...one, flags: flagsOf(judge, one) } : one));
}

const flagsOf = (judge: GaugeJudge, { station }: PointSeries): Uint8Array =>
  Uint8Array.from(judge.discharge(station).values, ({ flag }) => flag);

type Spot = PointSeries & { readonly k: number };

/** The values of all series, those of one time together. */
function inOrder(series: readonly PointSeries[]): Spot[][] {
  const byTime = new Map<number, Spot[]>();
  for (const one of series) {
    for (const [k, time] of one.times.entries()) {
      const spots = byTime.get(time) ?? [];
      byTime.set(time, spots);
      spots.push({ ...one, k });
    }
  }
  return [...byTime].sort(([a], [b]) => a - b).map(([, spots]) => spots);
}
