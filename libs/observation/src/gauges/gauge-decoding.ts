import { HOUR_MS, type EpochMs } from '#hydrology';
import { Refusal, firstLineOf, reject, type Reject, type RejectCode } from '../reject.js';
import type { RawGaugeValue, RawRainDepth } from '../source.js';
import { sayTime } from './read-time.js';
import { unitOf } from './units.js';

/** Everything an answer held: rows = values + depths + rejects, always. */
export interface GaugeDecoding {
  readonly rows: number;
  /** Discharge in m3/s, stage in m. */
  readonly values: readonly RawGaugeValue[];
  /** Rain in mm, where it is asked for. */
  readonly depths: readonly RawRainDepth[];
  readonly rejects: readonly Reject[];
  /** Address of the next page, where the service has one. */
  readonly next: string | null;
  /** Only where the answer could not be read, or not to its end: why; it is among the rejects too. */
  readonly unreadable?: Reject;
}

/** What an answer does not say itself. */
export interface GaugeReading {
  readonly receivedAt: EpochMs;
  /** Minutes east of Greenwich of times without a zone; UTC unless set. */
  readonly zoneMinutes?: number;
  /** Quantity of a service's own parameter names (Delft-FEWS). */
  readonly parameters?: Readonly<Record<string, 'Q' | 'H' | 'P'>>;
  /** Rain is read; without it, it is a quantity that is not known. */
  readonly rain?: RainGaugeReading;
}

/** How accumulations of rain are stamped. */
export interface RainGaugeReading {
  /** Of values that do not say how long they are. */
  readonly durationMs?: number;
  readonly stampedAt: 'end' | 'start';
}

/** One row as the service wrote it. */
export interface GaugeRow {
  readonly station: string | undefined;
  /** undefined = neither discharge nor stage nor rain. */
  readonly variable: 'Q' | 'H' | 'P' | undefined;
  /** Of rain, where the service says it. */
  readonly durationMs?: number | undefined;
  /** What the service calls the quantity, for the message. */
  readonly quantity: string;
  /** Epoch ms; NaN where it could not be read. */
  readonly time: number;
  readonly timeText: string;
  /** A number, a text that is one, null or '' for a missing value. */
  readonly value: unknown;
  readonly unit: string;
}

const MOST_CHARACTERS = 64 * 1024 * 1024;
const EARLIEST = Date.UTC(1990, 0, 1);
/** A clock that is wrong by less is judged by the time check; by more, the time is no time. */
const AHEAD_MS = 24 * HOUR_MS;
/** No river carries more (the Amazon: 3.7e5 m³/s), no gauge stands higher. */
const MOST = { Q: 1e6, H: 9000 } as const;
/** No gauge has caught more in a day (Foc-Foc, La Réunion, 1966: 1.825 m). */
const MOST_MM = 2000;
const LONGEST_MS = 24 * HOUR_MS;

/**
 * Runs a decoder over an answer. Never throws: an answer that cannot be read at all is one row and one reject.
 */
export function decodeAnswer(text: string, reading: GaugeReading, decode: (rows: GaugeRows) => void): GaugeDecoding {
  const rows = new GaugeRows(reading);
  try {
    if (text.length > MOST_CHARACTERS)
      throw new Refusal('FILE_TOO_LARGE', `the answer has ${text.length} characters; up to ${MOST_CHARACTERS} are read`);
    decode(rows);
  } catch (cause) {
    rows.refuseWhole(cause instanceof Refusal ? cause.code : 'ANSWER_UNREADABLE', firstLineOf(cause));
  }
  return rows.decoding();
}

/** Collects rows one by one; each becomes a value or a reject. */
export class GaugeRows {
  next: string | null = null;
  private count = 0;
  private readonly values: RawGaugeValue[] = [];
  private readonly depths: RawRainDepth[] = [];
  private readonly rejects: Reject[] = [];
  private unreadable: Reject | null = null;

  constructor(readonly reading: GaugeReading) {}

  /** Takes a row, converting its unit, or names what is wrong with it. */
  take(row: GaugeRow): void {
    this.count++;
    const read = readRow(row, this.reading);
    if ('code' in read) this.rejects.push(read);
    else if (read.kind === 'rain-gauge') this.depths.push(read);
    else this.values.push(read);
  }

  /** Counts a row, or an answer that cannot be read on, and says why it is no value. */
  refuse(code: RejectCode, message: string): void {
    this.count++;
    this.rejects.push(reject(code, message));
  }

  /** The answer cannot be read, or not to its end: what it should have held is still to be had. */
  refuseWhole(code: RejectCode, message: string): void {
    this.refuse(code, message);
    this.unreadable = this.rejects.at(-1)!;
  }

  decoding(): GaugeDecoding {
    const { values, depths, rejects, next, unreadable } = this;
    return { rows: this.count, values, depths, rejects, next, ...(unreadable !== null && { unreadable }) };
  }
}

function readRow(row: GaugeRow, reading: GaugeReading): RawGaugeValue | RawRainDepth | Reject {
  const { station, variable, quantity, time, timeText, value: written, unit } = row;
  const { receivedAt, rain } = reading;
  const sent = quantity || 'no quantity';
  if (station === undefined || station === '') return reject('GAUGE_ROW_MALFORMED', `a row of ${sent} names no station`);
  if (variable === undefined || (variable === 'P' && rain === undefined))
    return reject('QUANTITY_UNKNOWN', `${station} sends ${sent}; discharge and stage are read${rain ? ', and rain' : ''}`);
  if (!(time >= EARLIEST) || !(time <= receivedAt + AHEAD_MS)) {
    const said = timeText.slice(0, 40) || 'nothing';
    return reject('TIME_IMPLAUSIBLE', `${variable} of ${station} is stamped ${said}; correct the clock or the time's format`);
  }
  const factor = unitOf(variable, unit);
  const what = `${variable} of ${station} at ${sayTime(time)}`;
  if (factor === undefined) return reject('GAUGE_UNIT_WRONG', `${what} is in "${unit.slice(0, 20)}", no unit of ${variable} that is known`);
  const value = numberOf(written);
  if (Number.isNaN(value)) return reject('GAUGE_NOT_A_NUMBER', `${what} is ${sayValue(written)}, not a number`);
  if (variable === 'P') return readDepth({ ...row, station }, { value: value === null ? null : value * factor, what, receivedAt }, rain!);
  if (value !== null && Math.abs(value * factor) > MOST[variable]) {
    return reject('GAUGE_OUT_OF_RANGE', `${what} is ${value} ${unit}, which no river reaches; check its unit`);
  }
  const converted = value === null ? null : value * factor;
  return {
    kind: 'gauge',
    station,
    variable,
    validTime: time as EpochMs,
    receivedAt,
    value: converted,
    unit: variable === 'Q' ? 'm3/s' : 'm',
  };
}

interface ReadNumber {
  readonly value: number | null;
  readonly what: string;
  readonly receivedAt: EpochMs;
}

/** An accumulation must not be negative, and say how long it is or be told. */
function readDepth(
  { station, time, durationMs: own }: GaugeRow & { readonly station: string },
  { value, what, receivedAt }: ReadNumber,
  { durationMs: told, stampedAt }: RainGaugeReading,
): RawRainDepth | Reject {
  const durationMs = own ?? told;
  if (durationMs === undefined || !(durationMs > 0) || durationMs > LONGEST_MS) {
    return reject(
      'DURATION_UNKNOWN',
      `${what} does not say over how long it was collected; set rain.duration of the source, such as 15min`,
    );
  }
  if (value !== null && value < 0) return reject('RAIN_NEGATIVE', `${what} is ${value} mm; write a missing value as missing`);
  if (value !== null && value > MOST_MM) return reject('RAIN_OUT_OF_RANGE', `${what} is ${value} mm, more than ever fell; check its unit`);
  const validTime = (stampedAt === 'end' ? time : time + durationMs) as EpochMs;
  return { kind: 'rain-gauge', station, validTime, durationMs, receivedAt, value };
}

/** null = missing, NaN = no number. */
function numberOf(value: unknown): number | null {
  if (typeof value === 'number') return Number.isFinite(value) ? value : NaN;
  if (value === null || value === undefined) return null;
  if (typeof value !== 'string') return NaN;
  const text = value.trim();
  if (text === '') return null;
  return /^[-+]?(\d+\.?\d*|\.\d+)([eE][-+]?\d{1,3})?$/.test(text) && Number.isFinite(Number(text)) ? Number(text) : NaN;
}

const sayValue = (value: unknown): string => ((JSON.stringify(value) as string | undefined) ?? typeof value).slice(0, 40);
