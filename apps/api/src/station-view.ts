import type { LoadedDomain } from '#config';
import type { AlertNow, AlertView, LevelName, StationView } from '#contracts';
import { LEVELS, type Station } from '#hydrology';
import { readAlerts, readForecastNow, readObservedNow, type NamedPlace, type Pool, type ReadScope } from '#store';

/** The stations of a basin with their situation as known at a time. */
export async function stationViews(pool: Pool, domain: LoadedDomain, scope: ReadScope): Promise<StationView[]> {
  const thresholds = new Map(domain.stations.filter(station => station.gauged).map(station => [station.id as string, station.thresholds]));
  const [observed, forecast, alerts] = await Promise.all([
    readObservedNow(pool, scope, thresholds),
    readForecastNow(pool, scope),
    readAlerts(pool, scope, placesOf(domain)),
  ]);
  return domain.stations.map(station => ({
    ...stationFacts(domain, station),
    observed: observed.get(station.id) ?? null,
    forecast: forecast.get(station.id) ?? null,
    alert: alertNow(alerts.filter(alert => alert.station === station.id && alert.basis !== 'absence')),
  }));
}

type StationFacts = Omit<StationView, 'observed' | 'forecast' | 'alert'>;

const stationFacts = (domain: LoadedDomain, station: Station): StationFacts => ({
  id: station.id,
  basin: domain.basin,
  name: station.name,
  river: station.river,
  gauged: station.gauged,
  assimilated: station.gauged && station.assimilate,
  cell: station.cell,
  areaKm2: station.areaM2 / 1e6,
  longitude: station.longitude,
  latitude: station.latitude,
  thresholds: station.thresholds.map(threshold => ({
    level: threshold.level,
    dischargeM3s: threshold.discharge,
    returnPeriodYears: threshold.returnPeriodYears,
    lowM3s: threshold.low,
    highM3s: threshold.high,
    provenance: threshold.provenance,
  })),
});

/** The worst level stands for those below it. */
function alertNow(alerts: readonly AlertView[]): AlertNow {
  const active = alerts.filter(alert => alert.active);
  return {
    level: worstLevelOf(active),
    observed: worstLevelOf(active.filter(alert => alert.basis === 'observed')),
    forecast: worstLevelOf(active.filter(alert => alert.basis === 'forecast')),
    stale: active.some(alert => alert.phase === 'stale'),
    acknowledged: active.length > 0 && active.every(alert => alert.acknowledged !== null),
  };
}

export function worstLevelOf(alerts: readonly AlertView[]): LevelName | null {
  const active = alerts.filter(alert => alert.active).map(alert => alert.level);
  return [...LEVELS].reverse().find(level => active.includes(level)) ?? null;
}

/** Names of what an alert of the basin may speak of. */
export function placesOf(domain: LoadedDomain): (id: string) => NamedPlace {
  return id => {
    const station = domain.stations.find(each => each.id === id);
    if (station !== undefined) return { name: station.name, gauged: station.gauged };
    const rainGauge = domain.rainGauges.find(each => each.id === id);
    if (rainGauge !== undefined) return { name: rainGauge.name, gauged: false };
    return { name: id === 'rain' ? 'Rain' : id === 'cycle' ? 'Forecast cycle' : id, gauged: false };
  };
}
