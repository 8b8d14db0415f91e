import type { CycleResult, Hydrograph } from '#cycle';
import { HOUR_MS, stampOf, type EpochMs, type PointSeries, type Station } from '#hydrology';
import type { MemberForecast } from '#learning';
import { coverage, crpsOfQuantiles, rmse } from '#verification';

/** Leads that are scored, hours. */
export const SCORED_LEADS_H = [1, 2, 3, 4, 6, 8, 12] as const;
/** Every hour up to this lead goes into the dump: the baselines need the free run at every hour. */
const DUMPED_LEADS_H = 12;
/** Decay rates per hour among which hindsight chooses. */
const RATES = [0.5, 0.7, 0.8, 0.85, 0.9, 0.95, 0.97, 0.98, 0.99, 1];
/** m³/s that keeps a logarithm finite. */
const OFFSET = 0.01;
const LEVELS = [0.05, 0.25, 0.5, 0.75, 0.95];

export interface ForecastCase {
  readonly issuedAt: EpochMs;
  readonly validAt: EpochMs;
  readonly leadHours: number;
  readonly openLoop: number;
  readonly analysis: number;
  /** q05 q25 q50 q75 q95, m³/s. */
  readonly quantiles: readonly number[];
  /** Of each member beside the physics, m³/s, NaN where it gave none. */
  readonly members: Readonly<Record<string, number>>;
}

export interface LeadScore {
  readonly leadHours: number;
  readonly cases: number;
  readonly rmse: Readonly<
    Record<'openLoop' | 'persistence' | 'additiveDecay' | 'logDecay' | 'analysis' | 'issued' | (string & {}), number>
  >;
  readonly coverage90: number;
  readonly crps: number;
}

/** The forecasts of one cycle at one station at whole hours of lead. */
export function casesOf(result: CycleResult, row: number): ForecastCase[] {
  const hydrograph = result.hydrographs[row]!;
  const cases: ForecastCase[] = [];
  for (let hours = 1; hours <= DUMPED_LEADS_H; hours++) {
    const step = (hours * HOUR_MS) / hydrograph.time.stepMs - 1;
    cases.push({
      issuedAt: result.issueTime,
      validAt: stampOf(hydrograph.time, step),
      leadHours: hours,
      openLoop: hydrograph.openLoop[step]!,
      analysis: hydrograph.analysis[step]!,
      quantiles: quantilesAt(hydrograph, step),
      members: membersAt(result, hydrograph, hours),
    });
  }
  return cases;
}

/** A member forecasts full hours; a cycle between them is not scored. */
function membersAt({ issueTime, members }: CycleResult, { station }: Hydrograph, leadHours: number): Record<string, number> {
  const valueOf = ({ hour, stations }: MemberForecast): number =>
    hour === issueTime ? (stations.find(one => one.station === station)?.discharge?.[leadHours - 1] ?? Number.NaN) : Number.NaN;
  return Object.fromEntries((members?.forecasts ?? []).map(one => [one.name, valueOf(one)]));
}

const quantilesAt = ({ q05, q25, q50, q75, q95 }: Hydrograph, step: number): number[] => [q05, q25, q50, q75, q95].map(one => one[step]!);

/**
 * Scores by lead beside the baselines of the issue: persistence of the last observation and the decay of the last open-loop
 * error, whose rate is chosen in hindsight. Only cases count whose observation, last observation, last free run and members exist.
 */
export function scoreStation(cases: readonly ForecastCase[], series: PointSeries): LeadScore[] {
  const observed = new Map<number, number>([...series.times].map((time, k) => [time, series.values[k]!]));
  const free = new Map<number, number>();
  for (const one of [...cases].sort((a, b) => b.leadHours - a.leadHours)) free.set(one.validAt, one.openLoop);
  return SCORED_LEADS_H.map(leadHours => {
    const scorable = (one: ForecastCase): boolean => observed.has(one.validAt) && observed.has(one.issuedAt) && free.has(one.issuedAt);
    const ofLead = cases.filter(one => one.leadHours === leadHours && scorable(one));
    // a gauge that a member never saw (withheld) leaves that member out, not the cases
    const names = Object.keys(cases[0]?.members ?? {}).filter(name => ofLead.some(({ members }) => Number.isFinite(members[name])));
    const chosen = ofLead.filter(({ members }) => names.every(name => Number.isFinite(members[name])));
    const y = chosen.map(({ validAt }) => observed.get(validAt)!);
    const error = (value: (one: ForecastCase, last: number, lastFree: number) => number): number =>
      rmse({ simulated: chosen.map(one => value(one, observed.get(one.issuedAt)!, free.get(one.issuedAt)!)), observed: y });
    const best = (decayed: (rate: number) => number): number => Math.min(...RATES.map(rate => decayed(rate ** leadHours)));
    return {
      leadHours,
      cases: chosen.length,
      rmse: {
        openLoop: error(({ openLoop }) => openLoop),
        persistence: error((_, last) => last),
        additiveDecay: best(share => error(({ openLoop }, last, lastFree) => Math.max(0, openLoop + (last - lastFree) * share))),
        logDecay: best(share => error(({ openLoop }, last, lastFree) => openLoop * ((last + OFFSET) / (lastFree + OFFSET)) ** share)),
        analysis: error(({ analysis }) => analysis),
        issued: error(({ quantiles }) => quantiles[2]!),
        ...Object.fromEntries(names.map(name => [name, error(({ members }) => members[name]!)])),
      },
      coverage90: coverage(
        chosen.map(({ quantiles }) => quantiles[0]!),
        chosen.map(({ quantiles }) => quantiles[4]!),
        y,
      ),
      crps:
        chosen.reduce((sum, { quantiles }, k) => sum + crpsOfQuantiles({ levels: LEVELS, values: quantiles }, y[k]!), 0) / chosen.length,
    };
  });
}

/** Lines of the dump: issuedAt, validAt, leadHours, station, method, value, observed. */
export function dumpLines(cases: readonly ForecastCase[], station: Station, series: PointSeries): string[] {
  const observed = new Map<number, number>([...series.times].map((time, k) => [time, series.values[k]!]));
  const iso = (time: number): string => `${new Date(time).toISOString().slice(0, 19)}Z`;
  return cases.flatMap(one => {
    const stem = `${iso(one.issuedAt)},${iso(one.validAt)},${one.leadHours},${station.id}`;
    const seen = observed.get(one.validAt) ?? '';
    const values = { openLoop: one.openLoop, analysis: one.analysis, issued: one.quantiles[2]!, ...one.members };
    return Object.entries(values).map(([method, value]) => `${stem},${method},${Number.isNaN(value) ? '' : value},${seen}`);
  });
}
