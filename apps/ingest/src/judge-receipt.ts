import type { GaugeMessage } from '#contracts';
import { epochMs, toIso, type EpochMs } from '#hydrology';
import {
  MISSING,
  UNRELIABLE,
  findUndecodable,
  reject,
  sourcesOf,
  type GaugeJudge,
  type QcLimits,
  type Quality,
  type Reject,
  type Revised,
} from '#observation';
import type { ObservationRow, RejectRow } from '#store';
import type { ArchivedBasin } from './archive.js';
import { rateStage } from './rate-stage.js';

/** What became of the messages of one receipt. */
export interface JudgedReceipt {
  readonly rows: readonly ObservationRow[];
  readonly rejects: readonly RejectRow[];
}

/**
 * Judges what was received at one time. A value may change what was thought of those beside it: of one of this receipt that changes the row
 * itself, of an earlier one it makes a further revision, received when the value was that tells.
 */
export function judgeReceipt(basin: ArchivedBasin, messages: readonly GaugeMessage[], judge: GaugeJudge): JudgedReceipt {
  const receipt = new Receipt(basin, judge);
  for (const message of messages) receipt.take(message);
  receipt.doubtNetwork();
  return receipt;
}

interface DecodedValue {
  readonly station: string;
  readonly variable: 'Q' | 'H';
  readonly validTime: EpochMs;
  readonly receivedAt: EpochMs;
  readonly value: number | null;
}

class Receipt implements JudgedReceipt {
  readonly rows: ObservationRow[] = [];
  readonly rejects: RejectRow[] = [];
  readonly #placeOf = new Map<string, number>();

  constructor(
    readonly basin: ArchivedBasin,
    readonly judge: GaugeJudge,
  ) {}

  take(message: GaugeMessage): void {
    const { ratings } = this.basin;
    const sent = new Set(
      message.values.flatMap(({ variable, station, validTime }) => (ratings && variable === 'Q' ? [`${station}/${validTime}`] : [])),
    );
    for (const each of inOrder(message.values)) {
      const { station, variable, value: number, unit } = each;
      const receivedAt = epochMs(message.receivedAt);
      const value = { kind: 'gauge' as const, station, variable, validTime: epochMs(each.validTime), receivedAt, value: number, unit };
      const undecodable = findUndecodable(value, this.judge.network.gauges);
      if (undecodable) {
        this.#refuse(message, undecodable, each);
        continue;
      }
      const { flagSource } = this.#archive(message, value, each, []);
      const rated = sent.has(`${station}/${value.validTime}`) ? null : rateStage(value, ratings);
      if (rated === null) continue;
      if ('code' in rated) this.#refuse(message, rated, each);
      else this.#archive(message, { ...value, variable: 'Q', value: rated.value }, each, [...sourcesOf(flagSource), ...rated.sources]);
    }
  }

  /** Looks at the whole network once every gauge's values are there. */
  doubtNetwork(): void {
    const discharges = this.rows.filter(({ variable, value }) => variable === 'Q' && value !== null);
    for (const one of this.judge.doubtNetwork(discharges)) this.#revise(one, discharges[0]!);
  }

  #archive(message: GaugeMessage, value: DecodedValue, payload: unknown, origin: readonly string[]): Quality {
    const { station, variable, validTime, receivedAt } = value;
    const { quality, revised } = judgeValue(this.judge, value, origin);
    const doubt = quality.flag < UNRELIABLE ? null : explainUnreliable(value, quality.flagSource, this.judge.network.gauges.get(station)!);
    if (doubt) this.#refuse(message, doubt, payload);
    this.#add({ station, variable, validTime, receivedAt, value: value.value, ...quality, source: message.source });
    for (const one of revised) this.#revise(one, { receivedAt, source: message.source });
    return quality;
  }

  #add(row: ObservationRow): void {
    const key = `${row.station}/${row.variable}/${row.validTime}`;
    if (!this.#placeOf.has(key)) this.#placeOf.set(key, this.rows.length);
    this.rows.push(row);
  }

  #revise(
    { station, validTime, value, flag, flagSource }: Revised,
    { receivedAt, source }: Pick<ObservationRow, 'receivedAt' | 'source'>,
  ): void {
    const place = this.#placeOf.get(`${station}/Q/${validTime}`);
    if (place === undefined) this.#add({ station, variable: 'Q', validTime, receivedAt, value, flag, flagSource, source });
    else this.rows[place] = { ...this.rows[place]!, flag, flagSource };
  }

  #refuse({ source, receivedAt }: GaugeMessage, why: Reject, payload: unknown): void {
    this.rejects.push({ source, receivedAt: epochMs(receivedAt), ...why, payload });
  }
}

/** By their stamps; a discharge before the stage of its time, which it tells something of. */
const inOrder = (values: GaugeMessage['values']): GaugeMessage['values'] =>
  [...values].sort((a, b) => a.validTime - b.validTime || (a.variable === b.variable ? 0 : a.variable === 'Q' ? -1 : 1));

/** @param origin how a discharge that was not sent came to be; it is judged with it and says it beside the value */
function judgeValue(judge: GaugeJudge, value: DecodedValue, origin: readonly string[]): { quality: Quality; revised: readonly Revised[] } {
  const { station, variable, validTime, receivedAt } = value;
  if (value.value === null) return { quality: { flag: MISSING, flagSource: origin.join(' ') }, revised: [] };
  const candidate = { validTime, receivedAt, value: value.value };
  if (variable === 'H') return { quality: judge.judgeStage(station, candidate), revised: [] };
  return judge.judgeDischarge(station, candidate, origin);
}

/** An impossible value is archived as unreliable and, so that somebody acts, named among the rejects. */
function explainUnreliable(value: DecodedValue, flagSource: string, { hardMin, hardMax }: QcLimits): Reject | null {
  const what = `${value.variable} of station ${value.station} at ${toIso(value.validTime)}`;
  if (/\b(HX|HN)\b/.test(flagSource)) {
    const range = `${hardMin} to ${Math.round(hardMax)} m³/s`;
    return reject('GAUGE_OUT_OF_RANGE', `${what} is ${value.value} m³/s, outside of ${range}; check its unit and the rating curve`);
  }
  if (/\bTS\b/.test(flagSource)) {
    const received = toIso(value.receivedAt);
    return reject('OBSERVATION_FROM_THE_FUTURE', `${what} was received before, at ${received}; check the time zone and the logger's clock`);
  }
  return null;
}
