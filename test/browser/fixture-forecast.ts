import type { LoadedDomain } from '#config';
import type { DegradationView, Forecast } from '#contracts';
import { epochMs, HOUR_MS, MINUTE_MS, stationId, toIso, type Level, type Station } from '#hydrology';
import type { z } from 'zod';
import type { Scene } from './fixture-scene.js';

export const STEP_MS = 15 * MINUTE_MS;
export const RAIN_LATENCY_MS = 15 * MINUTE_MS;
export const OUTLET = stationId('V3524010');
export const iso = (ms: number): string => toIso(epochMs(ms));

type ForecastBody = Omit<z.infer<typeof Forecast>, 'runKind' | 'marker' | 'now'>;
type ForecastValue = ForecastBody['values'][number];

interface Asked {
  readonly station: Station;
  readonly issueTime: number;
}

/**
 * A forecast drawn from the discharge that came afterwards: close to it for some hours, then too low, as the rain to come is not known.
 * The page is tested here, not the model.
 */
export function fixtureForecast(domain: LoadedDomain, scene: Scene, asked: Asked): ForecastBody {
  const { station, issueTime } = asked;
  const values = Array.from({ length: 96 }, (_, k) => forecastValue(domain, asked, k));
  const peak = values.reduce((highest, one) => (one.q50M3s > highest.q50M3s ? one : highest));
  const weak = degradations(domain, scene);
  return {
    basin: domain.basin,
    station: station.id,
    name: station.name,
    gauged: station.gauged,
    issueTime: iso(issueTime),
    cutOff: iso(issueTime + 4 * MINUTE_MS),
    outcome: weak.length > 0 ? 'degraded' : 'complete',
    current: issueTime === scene.issueTime,
    stepSeconds: STEP_MS / 1000,
    values,
    peak: { time: peak.validTime, valueM3s: peak.q50M3s, lowM3s: peak.q05M3s, highM3s: peak.q95M3s },
    exceedances: station.thresholds.map(({ level, discharge }) => exceedanceOf(level, discharge, values)),
    degradations: weak,
    inputAges: inputAgesOf(domain, scene, issueTime),
    rainAdjustment: {
      ...{ factor: 1.31, low: 1.12, high: 1.53, gauges: 3, gaugesHeard: 4, pairs: 21, newestPair: iso(issueTime - HOUR_MS) },
      message: `Radar rain is multiplied by 1.31, by 3 rain gauge(s), last compared at ${iso(issueTime - HOUR_MS)}`,
    },
    rain: rainOf(domain, issueTime),
    analysis: { outcome: 'accepted', reason: 'The fit also improved the two hours held out.', costBefore: 41, costAfter: 12 },
    versions: { model: 'gr4-kw-f32' },
    members: [],
  };
}

/** What had come by the cut-off, hour by hour; of a silent gauge the last before. */
function inputAgesOf(domain: LoadedDomain, { silent }: Scene, issueTime: number) {
  const cutOff = issueTime + 4 * MINUTE_MS;
  const age = (input: string, latency: number, until = Infinity) => {
    const newest = Math.floor(Math.min(cutOff - latency, until) / HOUR_MS) * HOUR_MS;
    return { input, newest: iso(newest), ageMinutes: (cutOff - newest) / MINUTE_MS };
  };
  const gauged = domain.stations.filter(station => station.gauged);
  return [
    age('rain', RAIN_LATENCY_MS),
    ...gauged.map(({ id }) => age(id, 20 * MINUTE_MS, silent?.station === id ? silent.since : undefined)),
  ];
}

/** The discharge that came, linear between the hours; of a virtual station the outlet's, by area. */
function truthAt(domain: LoadedDomain, station: Station, time: number): number {
  const outlet = domain.stations.find(one => one.id === OUTLET);
  const factor = station.gauged || !outlet ? 1 : (station.areaM2 / outlet.areaM2) ** 0.85;
  const hour = Math.floor(time / HOUR_MS) * HOUR_MS;
  const valueAt = (at: number): number =>
    domain.record.discharge(station.gauged ? station.id : OUTLET, epochMs(at - HOUR_MS), epochMs(at)).values.at(-1) ?? 0;
  const share = (time - hour) / HOUR_MS;
  return factor * (valueAt(hour) * (1 - share) + valueAt(hour + HOUR_MS) * share);
}

function forecastValue(domain: LoadedDomain, { station, issueTime }: Asked, k: number): ForecastValue {
  const lead = (k + 1) * STEP_MS;
  const leadHours = lead / HOUR_MS;
  const truth = truthAt(domain, station, issueTime + lead);
  const fading = truthAt(domain, station, issueTime) * Math.exp(-leadHours / 30);
  const known = Math.exp(-Math.max(0, leadHours - 5) / 5);
  const median = known * truth + (1 - known) * Math.max(fading, truth * 0.72);
  const spread = 0.05 + 0.28 * (1 - Math.exp(-leadHours / 6));
  return {
    validTime: iso(issueTime + lead),
    leadHours,
    q05M3s: median * Math.exp(-1.64 * spread),
    q25M3s: median * Math.exp(-0.67 * spread),
    q50M3s: median,
    q75M3s: median * Math.exp(0.67 * spread),
    q95M3s: median * Math.exp(1.64 * spread),
    openLoopM3s: median * 0.93,
    analysisM3s: median * 1.01,
  };
}

function exceedanceOf(level: Level, threshold: number, values: readonly ForecastValue[]): ForecastBody['exceedances'][number] {
  const above = values.find(one => one.q50M3s >= threshold);
  const margin = Math.max(...values.map(one => Math.log(one.q50M3s / threshold)));
  return {
    level,
    thresholdM3s: threshold,
    probability: 1 / (1 + Math.exp(-margin / 0.14)),
    firstCrossing: above?.validTime ?? null,
    leadHours: above?.leadHours ?? null,
  };
}

/** Hourly rain, received 15 min after its stamp, in quarters; then it fades. */
function rainOf(domain: LoadedDomain, issueTime: number): ForecastBody['rain'] {
  const received = Math.floor((issueTime + 4 * MINUTE_MS - RAIN_LATENCY_MS) / HOUR_MS) * HOUR_MS;
  const fallen = domain.record.rain(epochMs(issueTime - 25 * HOUR_MS), epochMs(received)).flatMap(grid => {
    const rainMm = grid.values.reduce((sum, depth) => sum + depth, 0) / grid.values.length / 4;
    return [3, 2, 1, 0].map(back => ({ validTime: iso(grid.validTime - back * STEP_MS), rainMm, origin: 'observed' as const }));
  });
  const last = fallen.at(-1)?.rainMm ?? 0;
  const assumed = Array.from({ length: 24 }, (_, k) => ({
    validTime: iso(received + (k + 1) * STEP_MS),
    rainMm: last * Math.exp(-(k + 1) / 4),
    origin: 'future' as const,
  }));
  return { stepSeconds: STEP_MS / 1000, values: [...fallen, ...assumed] };
}

function degradations(domain: LoadedDomain, { silent }: Scene): z.infer<typeof DegradationView>[] {
  const station = silent && domain.stations.find(one => one.id === silent.station);
  if (!silent || !station) return [];
  return [
    {
      code: 'GAUGE_SILENT',
      subject: station.id,
      message: `${station.name} is silent since ${iso(silent.since).slice(11, 16)} UTC: its sub-basin is not corrected by observations.`,
    },
  ];
}
