import type { LoadedDomain } from '#config';
import type {
  AlertList,
  BasinList,
  DataStatus,
  Forecast,
  ForecastList,
  InputStatus,
  ObservationList,
  OperatorActList,
  ReanalysisReply,
  ReplayReply,
  StationList,
  VerdictList,
} from '#contracts';
import { epochMs, HOUR_MS, MINUTE_MS, type Level, type Station } from '#hydrology';
import type { z } from 'zod';
import { fixtureAlerts } from './fixture-alerts.js';
import { fixtureForecast, iso, OUTLET, RAIN_LATENCY_MS, STEP_MS } from './fixture-forecast.js';
import type { Scene } from './fixture-scene.js';

type Reply<S extends z.ZodType> = z.infer<S>;
type StationView = StationList['stations'][number];

const GAUGE_LATENCY_MS = 20 * MINUTE_MS;
const LEVELS_DOWN: readonly Level[] = ['red', 'orange', 'yellow'];

/** Answers of /v1 about the Cance at one moment of its record: real observations and rain, drawn forecasts. */
export function fixtureAnswers(domain: LoadedDomain, scene: Scene) {
  const marker = scene.runKind === 'replay' ? ('REPLAY · EXERCISE' as const) : null;
  const kind = { runKind: scene.runKind, marker, now: iso(scene.now) };
  const stations = domain.stations.map(station => stationView(domain, scene, station));
  const alerts = fixtureAlerts(scene, stations, (id, level) => firstCrossing(domain, scene, { id, level })).map(alert => ({
    ...alert,
    runKind: scene.runKind,
    marker,
  }));
  return {
    kind,
    basins: (): BasinList => ({ ...kind, basins: [basinSummary(domain, scene)] }),
    stations: (): StationList => ({ ...kind, stations }),
    alerts: (): AlertList => ({ ...kind, alerts, groups: [] }),
    status: (): DataStatus => ({
      ...kind,
      inputs: inputStatuses(domain, scene),
      feeds: [radarFeed(domain, scene), emptyFeed(domain, scene)],
      rejects24h: 0,
      rejects: [],
    }),
    reanalysis: (): ReanalysisReply => ({ ...kind, basin: domain.basin, ...allOnTime(scene) }),
    acts: (): OperatorActList => ({ ...kind, acts: [] }),
    replay: (): ReplayReply => ({ ...kind, replay: scene.runKind === 'replay' ? replayState(domain, scene) : null }),
    forecast: (id: string, issueTime: number | null): Reply<typeof Forecast> | null => {
      const station = domain.stations.find(one => one.id === id);
      const issued = issueTime ?? scene.issueTime;
      return station && issued !== null ? { ...kind, ...fixtureForecast(domain, scene, { station, issueTime: issued }) } : null;
    },
    forecasts: (id: string): ForecastList => ({ ...kind, basin: domain.basin, station: id, forecasts: forecastBriefs(scene) }),
    verdicts: (id: string): VerdictList => ({
      ...kind,
      basin: domain.basin,
      station: id,
      verdicts: id === OUTLET ? [...scene.verdicts] : [],
    }),
    observations: (id: string): ObservationList => ({ ...kind, ...observationsOf(domain, scene, id) }),
  };
}

export type FixtureAnswers = ReturnType<typeof fixtureAnswers>;

function firstCrossing(domain: LoadedDomain, scene: Scene, of: { readonly id: string; readonly level: Level }): string | null {
  const station = domain.stations.find(one => one.id === of.id);
  if (!station || scene.issueTime === null) return null;
  const forecast = fixtureForecast(domain, scene, { station, issueTime: scene.issueTime });
  return forecast.exceedances.find(one => one.level === of.level)?.firstCrossing ?? null;
}

const basinSummary = (domain: LoadedDomain, scene: Scene): BasinList['basins'][number] => ({
  id: domain.basin,
  name: domain.name,
  areaKm2: domain.mesh.areaM2.reduce((sum, area) => sum + area, 0) / 1e6,
  cellCount: domain.mesh.cellCount,
  cellSizeM: domain.mesh.xResolution,
  stationCount: domain.stations.length,
  bounds: [4.4, 45.1, 4.9, 45.4],
  latestIssueTime: scene.issueTime === null ? null : iso(scene.issueTime),
  worstLevel: null,
});

function observedValues(domain: LoadedDomain, scene: Scene, station: Station): { readonly time: number; readonly value: number }[] {
  if (!station.gauged) return [];
  const silence = scene.silent?.station === station.id ? scene.silent.since : Infinity;
  const to = Math.min(scene.now - GAUGE_LATENCY_MS, silence);
  const series = domain.record.discharge(station.id, epochMs(scene.now - 48 * HOUR_MS), epochMs(to));
  return Array.from(series.times, (time, k) => ({ time, value: series.values[k] ?? 0 }));
}

function observationsOf(domain: LoadedDomain, scene: Scene, id: string) {
  const station = domain.stations.find(one => one.id === id);
  const values = station ? observedValues(domain, scene, station) : [];
  return {
    basin: domain.basin,
    station: id,
    variable: 'Q' as const,
    from: iso(scene.now - 48 * HOUR_MS),
    to: iso(scene.now),
    asOf: iso(scene.now),
    values: values.map(({ time, value }) => ({
      validTime: iso(time),
      receivedAt: iso(time + GAUGE_LATENCY_MS),
      dischargeM3s: value,
      ...qualityOf(scene, id, time),
      revision: 0,
    })),
  };
}

const allOnTime = ({ now }: Scene): Omit<ReanalysisReply, 'basin' | keyof FixtureAnswers['kind']> => ({
  ...{ from: iso(now - 72 * HOUR_MS), to: iso(now), computedFrom: null, computedTo: null, waiting: 0 },
  ...{ inputs: [], changes: [] },
});

/** One doubtful value at the outlet, so that its hollow point is seen, unless an operator has decided otherwise. */
function qualityOf({ verdicts }: Scene, id: string, time: number): { readonly flag: number; readonly flagSource: string } {
  const checked = new Date(time).getUTCHours() === 4 && id === OUTLET ? 'SP' : '';
  const verdict =
    id === OUTLET ? verdicts.find(({ from, to }) => time > Date.parse(from) && (to === null || time <= Date.parse(to))) : undefined;
  if (verdict === undefined || verdict.decision === 'checks') return { flag: checked === '' ? 0 : 3, flagSource: checked };
  return { flag: verdict.decision === 'trust' ? 1 : 6, flagSource: `MAN ${checked}`.trim() };
}

const forecastBriefs = (scene: Scene): ForecastList['forecasts'] =>
  Array.from({ length: scene.issueTime === null ? 0 : 40 }, (_, k) => ({
    issueTime: iso((scene.issueTime ?? 0) - k * STEP_MS),
    outcome: 'complete' as const,
    peakM3s: 100,
    peakTime: iso(scene.now),
    exceeds: null,
  }));

const levelAt = (station: Station, discharge: number): Level | null =>
  LEVELS_DOWN.find(level => station.thresholds.some(one => one.level === level && discharge >= one.discharge)) ?? null;

function stationView(domain: LoadedDomain, scene: Scene, station: Station): StationView {
  return {
    id: station.id,
    basin: domain.basin,
    name: station.name,
    river: station.river,
    gauged: station.gauged,
    assimilated: station.assimilate,
    cell: station.cell,
    areaKm2: station.areaM2 / 1e6,
    longitude: station.longitude,
    latitude: station.latitude,
    thresholds: station.thresholds.map(one => ({
      level: one.level,
      dischargeM3s: one.discharge,
      returnPeriodYears: one.returnPeriodYears,
      lowM3s: one.low,
      highM3s: one.high,
      provenance: one.provenance,
    })),
    observed: observedNow(domain, scene, station),
    forecast: forecastNow(domain, scene, station),
    alert: { level: null, observed: null, forecast: null, stale: false, acknowledged: false },
  };
}

function observedNow(domain: LoadedDomain, scene: Scene, station: Station): StationView['observed'] {
  const values = observedValues(domain, scene, station);
  const last = values.at(-1);
  const before = values.at(-2);
  if (!last) return null;
  return {
    dischargeM3s: last.value,
    validTime: iso(last.time),
    receivedAt: iso(last.time + GAUGE_LATENCY_MS),
    ageMinutes: (scene.now - last.time) / MINUTE_MS,
    changeM3sPerHour: before ? last.value - before.value : null,
    exceeds: levelAt(station, last.value),
  };
}

function forecastNow(domain: LoadedDomain, scene: Scene, station: Station): StationView['forecast'] {
  if (scene.issueTime === null) return null;
  const { exceedances, issueTime, peak, outcome } = fixtureForecast(domain, scene, { station, issueTime: scene.issueTime });
  const likely = LEVELS_DOWN.map(level => exceedances.find(one => one.level === level)).find(one => one && one.probability >= 0.5);
  return {
    issueTime,
    ageMinutes: (scene.now - scene.issueTime) / MINUTE_MS,
    peakM3s: peak.valueM3s,
    peakTime: peak.time,
    peakLowM3s: peak.lowM3s,
    peakHighM3s: peak.highM3s,
    exceeds: likely?.level ?? null,
    probability: likely?.probability ?? null,
    firstCrossing: likely?.firstCrossing ?? null,
    degraded: outcome === 'degraded',
  };
}

function inputStatuses(domain: LoadedDomain, scene: Scene): InputStatus[] {
  const rain = Math.floor((scene.now - RAIN_LATENCY_MS) / HOUR_MS) * HOUR_MS;
  const gauges = domain.stations
    .filter(station => station.gauged)
    .map(station => ({ station, newest: observedValues(domain, scene, station).at(-1)?.time ?? null }))
    .map(({ station, newest }) => statusOf(scene, { input: station.id, kind: 'gauge', name: station.name, newest, limits: [90, 120] }));
  return [
    statusOf(scene, { input: 'cycle', kind: 'cycle', name: 'Forecast', newest: scene.issueTime, limits: [25, 45] }),
    statusOf(scene, { input: 'rain', kind: 'rain', name: 'Radar rain', newest: rain, limits: [80, 120] }),
    ...gauges,
  ].map(status => ({ ...status, basin: domain.basin }));
}

interface StatusFacts extends Pick<InputStatus, 'input' | 'kind' | 'name'> {
  readonly newest: number | null;
  readonly limits: readonly [late: number, silent: number];
}

function statusOf(scene: Scene, { input, kind, name, newest, limits }: StatusFacts): Omit<InputStatus, 'basin'> {
  const [lateAfterMinutes, silentAfterMinutes] = limits;
  const age = newest === null ? null : (scene.now - newest) / MINUTE_MS;
  const stateOf = (minutes: number): InputStatus['state'] =>
    minutes >= silentAfterMinutes ? 'silent' : minutes >= lateAfterMinutes ? 'late' : 'fresh';
  return {
    input,
    kind,
    name,
    newest: newest === null ? null : iso(newest),
    receivedAt: newest === null ? null : iso(newest + RAIN_LATENCY_MS),
    ageMinutes: age,
    lateAfterMinutes,
    silentAfterMinutes,
    state: age === null ? 'never' : stateOf(age),
    values24h: 24,
    doubtful24h: input === OUTLET ? 1 : 0,
    usualAgeMinutes: null,
    stalled: false,
    completeness24h: null,
  };
}

const replayState = (domain: LoadedDomain, scene: Scene): NonNullable<ReplayReply['replay']> => ({
  basin: domain.basin,
  from: '2014-11-02T00:00:00Z',
  to: '2014-11-07T00:00:00Z',
  clock: iso(scene.now),
  state: scene.paused ? 'paused' : 'running',
  speedMinutesPerSecond: scene.speed,
});

/** A folder that can be read and into which nothing was ever put. */
const emptyFeed = (domain: LoadedDomain, scene: Scene): DataStatus['feeds'][number] => ({
  ...radarFeed(domain, scene),
  ...{ source: 'model', kind: 'nwp-folder', address: '/incoming/model', newsAt: null, brought: { rain: 0, gauges: 0, rejects: 0 } },
});

/** A folder of radar files whose filters took something out. */
function radarFeed({ basin }: LoadedDomain, { now }: Scene): DataStatus['feeds'][number] {
  return {
    ...{ basin, source: 'radar', kind: 'odim-folder', address: '/incoming/radar', state: 'ok' },
    ...{ polledAt: iso(now), succeededAt: iso(now), newsAt: iso(now), nextAt: iso(now) },
    ...{ failures: 0, failure: null, stalled: [], brought: { rain: 1, gauges: 0, rejects: 0, speckle: 58, spikes: 0 } },
  };
}
