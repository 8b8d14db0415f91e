import type { AlertView, StationView } from '#contracts';
import { HOUR_MS, MINUTE_MS, type Level } from '#hydrology';
import { iso } from './fixture-forecast.js';
import type { Scene } from './fixture-scene.js';

/** When the newest forecast crosses a level. */
type Crossing = (station: string, level: Level) => string | null;
type Alert = Omit<AlertView, 'runKind' | 'marker'>;

const LEVELS_DOWN: readonly string[] = ['red', 'orange', 'yellow', 'absent'];

/** One alert a side and station that stands above a level, worst first, and the silent gauge. */
export function fixtureAlerts(scene: Scene, stations: readonly StationView[], crossingOf: Crossing): Alert[] {
  const raised = stations.flatMap(station => [
    ...(station.forecast?.exceeds ? [forecastAlert(scene, station, crossingOf(station.id, station.forecast.exceeds))] : []),
    ...(station.observed?.exceeds ? [observedAlert(scene, station, station.observed.exceeds)] : []),
  ]);
  const silent = stations.filter(station => station.id === scene.silent?.station).map(station => absenceAlert(scene, station));
  return [...raised, ...silent].sort((a, b) => LEVELS_DOWN.indexOf(a.level) - LEVELS_DOWN.indexOf(b.level));
}

const thresholdOf = (station: StationView, level: Level): number => station.thresholds.find(one => one.level === level)?.dischargeM3s ?? 0;

function alertOf(scene: Scene, station: StationView, what: Pick<Alert, 'basis' | 'level' | 'reason'>): Alert {
  const id = `${station.basin}/${station.id}/Q/${what.basis}/${what.level}`;
  const signed = scene.acknowledged[id];
  return {
    id,
    basin: station.basin,
    station: station.id,
    name: station.name,
    gauged: station.gauged,
    ...what,
    phase: 'raised',
    active: true,
    value: null,
    threshold: null,
    probability: null,
    peak: null,
    firstCrossing: null,
    raisedAt: iso(scene.now - 45 * MINUTE_MS),
    changedAt: iso(scene.now - 45 * MINUTE_MS),
    expiresAt: iso(scene.now + 3 * HOUR_MS),
    acknowledged: signed ? { ...signed, note: null } : null,
    impliedBy: null,
  };
}

function observedAlert(scene: Scene, station: StationView, level: Level): Alert {
  const value = station.observed?.dischargeM3s ?? 0;
  const threshold = thresholdOf(station, level);
  const reason = `Observed ${value.toFixed(1)} m³/s, above the ${level} level of ${threshold} m³/s.`;
  return { ...alertOf(scene, station, { basis: 'observed', level, reason }), value, threshold };
}

function forecastAlert(scene: Scene, station: StationView, crossing: string | null): Alert {
  const level = station.forecast?.exceeds ?? 'yellow';
  const threshold = thresholdOf(station, level);
  const reason = `Two forecasts in a row give the ${level} level of ${threshold} m³/s a chance of at least one half.`;
  const { forecast } = station;
  return {
    ...alertOf(scene, station, { basis: 'forecast', level, reason }),
    threshold,
    value: forecast?.peakM3s ?? null,
    probability: forecast?.probability ?? null,
    peak: forecast ? { value: forecast.peakM3s, time: forecast.peakTime, low: forecast.peakLowM3s, high: forecast.peakHighM3s } : null,
    firstCrossing: crossing,
  };
}

function absenceAlert(scene: Scene, station: StationView): Alert {
  const since = scene.silent?.since ?? scene.now;
  const reason = `No value from this gauge since ${iso(since).slice(11, 16)} UTC; one is due every hour.`;
  return {
    ...alertOf(scene, station, { basis: 'absence', level: 'absent', reason }),
    value: (scene.now - since) / MINUTE_MS,
    threshold: 120,
    expiresAt: null,
  };
}
