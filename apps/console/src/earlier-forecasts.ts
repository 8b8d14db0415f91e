import type { Forecast, ForecastList } from '#contracts';

const HOUR_MS = 3_600_000;
/** How far back to look: has the forecast of the last hour, of three and of six hours ago held? */
const BACK_MS = [HOUR_MS, 3 * HOUR_MS, 6 * HOUR_MS] as const;

/** Issue times of at most three earlier forecasts, the ones nearest to 1, 3 and 6 h before the shown one; newest first. */
export function pickEarlier(shown: Forecast | null, issued: ForecastList['forecasts']): string[] {
  if (!shown) return [];
  const reference = Date.parse(shown.issueTime);
  const before = issued.map(one => one.issueTime).filter(time => Date.parse(time) < reference);
  const picked = BACK_MS.map(back => nearestTo(reference - back, before)).filter(time => time !== undefined);
  return [...new Set(picked)];
}

function nearestTo(wanted: number, times: readonly string[]): string | undefined {
  const within = times.filter(time => Math.abs(Date.parse(time) - wanted) <= HOUR_MS / 2);
  return within.sort((a, b) => Math.abs(Date.parse(a) - wanted) - Math.abs(Date.parse(b) - wanted))[0];
}
