import type { EpochMs } from '#hydrology';
import { Refusal, reject, type Reject } from '../reject.js';
import { decodeAnswer, type GaugeDecoding, type GaugeReading, type GaugeRow } from './gauge-decoding.js';
import { isJson, listAt, objectAt, parseJsonObject, requireList, textAt, type Json } from './json.js';
import { readTime } from './read-time.js';

const UNIT = { Q: 'm3/s', H: 'm' } as const;

/**
 * Decodes Vigicrues' `observations.json` (m³/s and m). Points are [epoch ms, value], or {DtObsHydro, ResObsHydro}. Errors come
 * with HTTP 200 and a `code`.
 */
export function decodeVigicrues(text: string, reading: GaugeReading): GaugeDecoding {
  return decodeAnswer(text, reading, rows => {
    const answer = parseJsonObject(text);
    if (isNothingThere(answer)) {
      rows.refuse('ANSWER_IS_AN_ERROR', sayError(answer));
      return;
    }
    refuseErrors(answer);
    const series = objectAt(answer, 'Serie');
    const points = requireList(series, 'ObssHydro', 'Vigicrues');
    const quantity = textAt(series, 'GrdSerie') ?? '';
    const variable: 'Q' | 'H' | undefined = quantity === 'Q' || quantity === 'H' ? quantity : undefined;
    const place: Pick<GaugeRow, 'station' | 'variable' | 'quantity' | 'unit'> = {
      station: textAt(series, 'CdStationHydro'),
      variable,
      quantity,
      unit: variable === undefined ? '' : UNIT[variable],
    };
    for (const point of points) {
      const [stamp, value] = Array.isArray(point) ? (point as unknown[]) : isJson(point) ? [point['DtObsHydro'], point['ResObsHydro']] : [];
      rows.take({ ...place, time: timeOf(stamp), timeText: String(stamp), value });
    }
  });
}

const timeOf = (stamp: unknown): number => (typeof stamp === 'number' ? stamp : typeof stamp === 'string' ? readTime(stamp) : NaN);

const NO_DATA = '204';

/** How Vigicrues writes an empty answer: the station has no values of the quantity. Asking again would not change it. */
const isNothingThere = (answer: Json): boolean => textAt(answer, 'code') === NO_DATA && !('Serie' in answer);

function refuseErrors(answer: Json): void {
  if (textAt(answer, 'code') === undefined || 'Serie' in answer || 'Simul' in answer) return;
  throw new Refusal('ANSWER_IS_AN_ERROR', sayError(answer));
}

function sayError(answer: Json): string {
  const code = textAt(answer, 'code');
  const said = textAt(answer, 'message') || textAt(answer, 'libelle') || (code === NO_DATA ? 'no data' : '');
  return `Vigicrues answers with code ${code} ${said}`.trim();
}

/** What Vigicrues' forecasters expect at a station: low (10 %), middle and high (90 %) at each time; m³/s or m. */
export interface OfficialForecast {
  readonly station: string;
  readonly variable: 'Q' | 'H';
  readonly issuedAt: EpochMs;
  readonly steps: readonly {
    readonly validTime: EpochMs;
    readonly low: number | null;
    readonly middle: number | null;
    readonly high: number | null;
  }[];
}

/** Decodes `prevision.json`; a forecast is not an observation and does not go the way of one. */
export function decodeVigicruesForecast(text: string): {
  readonly rows: number;
  readonly forecast: OfficialForecast | null;
  readonly rejects: readonly Reject[];
} {
  try {
    const answer = parseJsonObject(text);
    refuseErrors(answer);
    const simulation = objectAt(answer, 'Simul');
    const points = requireList(simulation, 'Prevs', 'Vigicrues');
    const [station, quantity, issued] = ['CdStationHydro', 'GrdSimul', 'DtProdSimul'].map(key => textAt(simulation, key));
    const issuedAt = readTime(issued ?? '');
    if (station === undefined || (quantity !== 'Q' && quantity !== 'H') || Number.isNaN(issuedAt)) {
      throw new Refusal('FIELD_MISSING', 'the forecast of Vigicrues lacks its station, quantity or time of production');
    }
    const read = points.map(point => readStep(point));
    const steps = read.flatMap(step => step ?? []);
    const broken = reject('GAUGE_ROW_MALFORMED', `a step of the forecast of ${station} has no time or no middle value`);
    const rejects = read.flatMap(step => (step === null ? [broken] : []));
    return { rows: points.length, forecast: { station, variable: quantity, issuedAt: issuedAt as EpochMs, steps }, rejects };
  } catch (cause) {
    if (!(cause instanceof Refusal)) throw cause;
    return { rows: 1, forecast: null, rejects: [reject(cause.code, cause.message)] };
  }
}

function readStep(point: unknown): OfficialForecast['steps'][number] | null {
  if (!isJson(point)) return null;
  const number = (key: string): number | null => {
    const value = listAt(point, key)[0];
    const read = typeof value === 'string' && value.trim() !== '' ? Number(value) : value;
    return typeof read === 'number' && Number.isFinite(read) ? read : null;
  };
  const validTime = readTime(textAt(point, 'DtPrev') ?? '');
  const middle = number('ResMoyPrev');
  if (Number.isNaN(validTime) || middle === null) return null;
  return { validTime: validTime as EpochMs, low: number('ResMinPrev'), middle, high: number('ResMaxPrev') };
}
