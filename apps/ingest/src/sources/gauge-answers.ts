import type { GaugeSettings } from '#config';
import type { EpochMs } from '#hydrology';
import { reject, type GaugeDecoding, type RawGaugeValue, type Reject } from '#observation';
import { decodeGauges } from './gauge-dialects.js';

/** What a source calls the stations of the domain. */
export interface StationCodes {
  /** The source's code: station of the domain. */
  readonly stationOf: ReadonlyMap<string, string>;
  /** The codes, in the order of the domain. */
  readonly codes: readonly string[];
}

/** Every gauged station under its own id, unless the source maps them. */
export function stationCodes({ stations }: GaugeSettings, gauged: readonly string[]): StationCodes {
  const pairs = Object.entries(stations ?? Object.fromEntries(gauged.map(id => [id, id])));
  return { stationOf: new Map(pairs.map(([station, code]) => [code, station])), codes: pairs.map(([, code]) => code) };
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

/** An answer in the domain's own names. rows = values + rejects + rows of others. */
export interface GaugeAnswer {
  readonly rows: number;
  readonly values: readonly RawGaugeValue[];
  readonly rejects: readonly Reject[];
  /** Rows of stations or quantities that are not set up. */
  readonly others: number;
  readonly next: string | null;
}

/**
 * Decodes an answer and keeps what was asked for. Services may send more: such rows are counted and named together, by example.
 */
export function readAnswer(text: string, receivedAt: EpochMs, settings: GaugeSettings, { stationOf }: StationCodes): GaugeAnswer {
  const decoded: GaugeDecoding = decodeGauges(text, receivedAt, settings);
  const wanted = decoded.values.filter(({ station, variable }) => stationOf.has(station) && settings.quantities.includes(variable));
  const others = decoded.values.filter(({ station }) => !stationOf.has(station));
  return {
    rows: decoded.rows,
    values: wanted.map(value => ({ ...value, station: stationOf.get(value.station)! })),
    rejects: [...decoded.rejects, ...nameOthers(others)],
    others: decoded.values.length - wanted.length,
    next: decoded.next,
  };
}

function nameOthers(others: readonly RawGaugeValue[]): Reject[] {
  const stations = [...new Set(others.map(({ station }) => station))].sort();
  if (stations.length === 0) return [];
  const such = stations.slice(0, 5).join(', ');
  const message = `the source sends ${stations.length} station(s) that are not set up, such as ${such}; add them under stations or ask for less`;
  return [reject('STATION_UNKNOWN', message)];
}
