import type { PointSeries } from '#hydrology';
import { checkDischarge } from './check-discharge.js';
import type { QcLimits } from './limits.js';
import { DOUBTFUL_COMPLETED, UNRELIABLE, type KnownValue } from './verdict.js';

/**
 * Flags of a discharge series judged value after value in the order of their stamps, as they would have been judged had
 * all come on time: a value that came late was compared with other neighbours than it has now. What neighbours say nothing of
 * stays: unreliable when it was received (a stamp in the future), doubtful by how it was made (a rating curve carried on).
 * @param series ascending, with as much of the past as the checks look back on; its first values are judged with less
 */
export function judgeAgain(series: PointSeries, limits: QcLimits): PointSeries {
  const judged: KnownValue[] = [];
  for (const [k, time] of series.times.entries()) {
    const candidate = { validTime: time, receivedAt: time, value: series.values[k]! } as Parameters<typeof checkDischarge>[0];
    const { flag } = checkDischarge(candidate, judged, limits);
    const given = series.flags[k] === UNRELIABLE || series.flags[k] === DOUBTFUL_COMPLETED ? series.flags[k] : flag;
    judged.push({ ...candidate, flag: Math.max(flag, given) });
  }
  return { ...series, flags: Uint8Array.from(judged, ({ flag }) => flag) };
}
