import type { DomainRainGauge, GaugeSettings } from '#config';
import type { EpochMs } from '#hydrology';
import { reject, type GaugeDecoding, type RawGaugeValue, type RawRainDepth, type Reject } from '#observation';
import { decodeGauges } from './gauge-dialects.js';

/** What a source calls the stations of the domain. */
export interface StationCodes {
  /** The source's code: station of the domain. */
  readonly stationOf: ReadonlyMap<string, string>;
  /** The source's code: rain gauge of the domain. A service may give a gauge of the river and one of rain the same code. */
  readonly gaugeOf: ReadonlyMap<string, string>;
  /** The codes of both, in the order of the domain. */
  readonly codes: readonly string[];
}

/** Every gauged station under its own id, unless the source maps them; every rain gauge that names the source, by its code. */
export function stationCodes(
  { id: source, stations, quantities }: GaugeSettings,
  gauged: readonly string[],
  rainGauges: readonly Pick<DomainRainGauge, 'id' | 'source' | 'code'>[] = [],
): StationCodes {
  const ofRivers = quantities.some(quantity => quantity !== 'P');
  const pairs = ofRivers ? Object.entries(stations ?? Object.fromEntries(gauged.map(id => [id, id]))) : [];
  const ofRain = quantities.includes('P') ? rainGauges.filter(gauge => gauge.source === source) : [];
  const rainPairs = ofRain.map(({ id, code }) => [id as string, code] as const);
  return {
    stationOf: new Map(pairs.map(([station, code]) => [code, station])),
    gaugeOf: new Map(rainPairs.map(([gauge, code]) => [code, gauge])),
    codes: [...new Set([...pairs, ...rainPairs].map(([, code]) => code))],
  };
}

/** What there is to say of an answer or a file, for a check that shows what was understood. */
export interface AnswerSeen {
  /** Address or file name. */
  readonly url: string;
  readonly rows: number;
  readonly others: number;
  /** Of all its rows; a poll hands on only what is new among them, and few of each. */
  readonly rejects: readonly Reject[];
  /** The same as the time before. */
  readonly unchanged: boolean;
}

/** An answer in the domain's own names. rows = values + depths + rejects + rows of others. */
export interface GaugeAnswer {
  readonly rows: number;
  readonly values: readonly RawGaugeValue[];
  readonly depths: readonly RawRainDepth[];
  readonly rejects: readonly Reject[];
  /** Rows of stations or quantities that are not set up. */
  readonly others: number;
  readonly next: string | null;
  /** Why it could not be read, or not to its end; it is among the rejects too. */
  readonly unreadable: Reject | null;
}

/**
 * Decodes an answer and keeps what was asked for. Services may send more: such rows are counted and named together, by example.
 */
export function readAnswer(text: string, receivedAt: EpochMs, settings: GaugeSettings, codes: StationCodes): GaugeAnswer {
  const { stationOf, gaugeOf } = codes;
  const decoded: GaugeDecoding = decodeGauges(text, receivedAt, settings);
  const wanted = decoded.values.filter(({ station, variable }) => stationOf.has(station) && settings.quantities.includes(variable));
  const depths = decoded.depths.filter(({ station }) => gaugeOf.has(station));
  const ofRivers = settings.quantities.some(quantity => quantity !== 'P');
  const others = [
    ...(ofRivers ? decoded.values.filter(({ station }) => !stationOf.has(station)) : []),
    ...decoded.depths.filter(({ station }) => !gaugeOf.has(station)),
  ];
  return {
    rows: decoded.rows,
    values: wanted.map(value => ({ ...value, station: stationOf.get(value.station)! })),
    depths: depths.map(depth => ({ ...depth, station: gaugeOf.get(depth.station)! })),
    rejects: [...decoded.rejects, ...nameOthers(others)],
    others: decoded.values.length - wanted.length + decoded.depths.length - depths.length,
    next: decoded.next,
    unreadable: decoded.unreadable ?? null,
  };
}

function nameOthers(others: readonly (RawGaugeValue | RawRainDepth)[]): Reject[] {
  const stations = [...new Set(others.map(({ station }) => station))].sort();
  if (stations.length === 0) return [];
  const such = stations.slice(0, 5).join(', ');
  const message = `the source sends ${stations.length} station(s) that are not set up, such as ${such}; add them under stations (rain: rainGauges) or ask for less`;
  return [reject('STATION_UNKNOWN', message)];
}
