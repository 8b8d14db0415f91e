import { HOUR_MS, type EpochMs, type GaugeLink } from '#hydrology';
import type { StationHistory } from './station-history.js';
import { UNRELIABLE, isTrusted, sourcesOf, type KnownValue } from './verdict.js';

/** Volumes are compared over this long: longer than floods travel between the gauges of a basin. */
export const SPATIAL_WINDOW_MS = 24 * HOUR_MS;
/** What passed the upper gauge longer ago than this has come to the lower one. */
const TRAVEL_MS = 6 * HOUR_MS;
/** A window is known when its values begin and end within this of its ends. */
const EDGE_MS = 3 * HOUR_MS;
/** Of what has passed the upper gauge at least this share passes the lower one: half of the least of the Cance from 2006 to 2019. */
const PASSED = 0.3;
/** Below it water that is taken or stored upsets the volumes, m³/s an km². */
const SMALLEST = 0.03;

/** What the check needs to know of a station. */
export interface SpatialGauge {
  readonly history: StationHistory;
  /** By how much the volume for each km² may differ from a neighbour's. */
  readonly volumeFactor: number;
}

/**
 * The stations whose discharge cannot be true beside that of the gauges above and below them, over the day before `at`: the volume for
 * each km² differs by more than the factor of either, or what passed the upper gauge has not come down. Nobody can tell from two
 * gauges which one errs: the one that contradicts the most of its neighbours is named first and the others are weighed without
 * it; of two that contradict only each other both are named.
 */
export function findInconsistent(
  links: readonly GaugeLink[],
  gaugeOf: (station: string) => SpatialGauge | undefined,
  at: EpochMs,
): Set<string> {
  let known = links.flatMap(link => weighLink(link, gaugeOf, at));
  const named = new Set<string>();
  for (;;) {
    const tallies = talliesOf(known);
    const most = tallies.reduce((a, { against }) => Math.max(a, against), 0);
    if (most === 0) return named;
    for (const { station } of tallies.filter(({ against }) => against === most)) named.add(station);
    known = known.filter(({ stations }) => !stations.some(station => named.has(station)));
  }
}

interface WeighedLink {
  readonly stations: readonly string[];
  readonly contradicts: boolean;
}

/** Of the stations that contradict every neighbour of which something is known: how many. */
function talliesOf(known: readonly WeighedLink[]): { readonly station: string; readonly against: number }[] {
  const stations = [...new Set(known.flatMap(link => link.stations))];
  return stations.flatMap(station => {
    const own = known.filter(link => link.stations.includes(station));
    return own.every(link => link.contradicts) ? [{ station, against: own.length }] : [];
  });
}

/** Nothing where too little is known, or where both rivers are low. */
function weighLink(
  { upstream, downstream }: GaugeLink,
  gaugeOf: (station: string) => SpatialGauge | undefined,
  at: EpochMs,
): WeighedLink[] {
  const [upper, lower] = [gaugeOf(upstream.station), gaugeOf(downstream.station)];
  if (upper === undefined || lower === undefined) return [];
  const from = at - SPATIAL_WINDOW_MS;
  const [above, below] = [meanOf(upper.history, from, at), meanOf(lower.history, from, at)];
  if (above === null || below === null) return [];
  const [wet, wetBelow] = [(above / upstream.areaM2) * 1e6, (below / downstream.areaM2) * 1e6];
  if (Math.max(wet, wetBelow) < SMALLEST) return [];
  const factor = Math.max(upper.volumeFactor, lower.volumeFactor);
  const apart = Math.max(wet, wetBelow) > factor * Math.min(wet, wetBelow);
  const stations = [upstream.station, downstream.station];
  return [{ stations, contradicts: apart || (wet >= SMALLEST && !hasPassed(upper.history, below, at)) }];
}

function hasPassed(upper: StationHistory, meanBelow: number, at: EpochMs): boolean {
  const passed = meanOf(upper, at - SPATIAL_WINDOW_MS, at - TRAVEL_MS);
  if (passed === null) return true;
  return meanBelow * SPATIAL_WINDOW_MS >= PASSED * passed * (SPATIAL_WINDOW_MS - TRAVEL_MS);
}

/** Mean of what may be true in (from, to], m³/s; null where the window is not known to both its ends. */
function meanOf(history: StationHistory, from: number, to: number): number | null {
  const { sum, count, first, last } = history.sumOf(from, to, mayCount);
  return count < 2 || first - from > EDGE_MS || to - last > EDGE_MS ? null : sum / count;
}

/** What only this check doubted counts on: it speaks of the river as the gauge sees it. */
const mayCount = ({ flag, flagSource }: KnownValue): boolean =>
  isTrusted(flag) || (flag < UNRELIABLE && sourcesOf(flagSource).every(source => source === 'SH'));
