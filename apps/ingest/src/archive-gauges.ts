import type { Message } from '#bus';
import type { GaugeMessage } from '#contracts';
import { epochMs, toIso, type EpochMs } from '#hydrology';
import {
  DOUBTFUL_COMPLETED,
  MISSING,
  UNRELIABLE,
  checkDischarge,
  findUndecodable,
  limitsOfArea,
  reject,
  type QcLimits,
  type Quality,
  type Reject,
} from '#observation';
import {
  inTransaction,
  writeObservations,
  writeOutbox,
  writeRejects,
  type ObservationRow,
  type OutboxMessage,
  type RejectRow,
} from '#store';
import { basinOf, type Archive, type ArchivedBasin } from './archive.js';
import { readKnown, type Known } from './known-discharge.js';
import { EXTRAPOLATED, rateStage } from './rate-stage.js';

/**
 * Checks and archives gauge values and announces them. Each value is judged by what was known when it was received, so
 * the flags do not depend on how messages were batched, nor on a message coming twice.
 */
export async function archiveGauges(archive: Archive, batch: readonly Message<'obs.gauge.v1'>[]): Promise<void> {
  const basin = basinOf(archive, batch[0]!.key);
  const inOrder = [...batch].sort((a, b) => a.value.receivedAt - b.value.receivedAt);
  const known = await readKnown(archive.pool, basin.basin, inOrder);
  const judged = inOrder.map(message => ({ message, ...judge(basin, message.value, known) }));
  for (const { code, message } of judged.flatMap(one => one.rejects)) archive.logger.warn({ basin: basin.basin, code }, message);
  await inTransaction(archive.pool, async client => {
    await writeObservations(
      client,
      basin.basin,
      judged.flatMap(one => one.rows),
    );
    await writeRejects(
      client,
      basin.basin,
      judged.flatMap(one => one.rejects),
    );
    await writeOutbox(
      client,
      judged.map(one => announcement(archive, one.message, one.rows)),
    );
  });
}

interface Judged {
  readonly rows: readonly ObservationRow[];
  readonly rejects: readonly RejectRow[];
}

function judge(basin: ArchivedBasin, message: GaugeMessage, known: Known): Judged {
  const receivedAt = epochMs(message.receivedAt);
  const gauges = limitsOf(basin);
  const rows: ObservationRow[] = [];
  const rejects: RejectRow[] = [];
  const refuse = (why: Reject, payload: unknown) => rejects.push({ source: message.source, receivedAt, ...why, payload });
  const sent = new Set(
    message.values.flatMap(({ variable, station, validTime }) => (basin.ratings && variable === 'Q' ? [`${station}/${validTime}`] : [])),
  );
  const take = (value: DecodedValue, payload: unknown, rated: readonly string[]): void => {
    const { station, variable, validTime } = value;
    const limits = gauges.get(station)!;
    const checked = judgeValue(value, limits, known);
    const doubt = checked.flag < UNRELIABLE ? null : explainUnreliable(value, checked.flagSource, limits);
    if (doubt) refuse(doubt, payload);
    rows.push({ station, variable, validTime, receivedAt, value: value.value, ...addSources(checked, rated), source: message.source });
  };
  for (const each of message.values) {
    const { station, variable, value: number, unit } = each;
    const value = { kind: 'gauge' as const, station, variable, validTime: epochMs(each.validTime), receivedAt, value: number, unit };
    const undecodable = findUndecodable(value, gauges);
    if (undecodable) {
      refuse(undecodable, each);
      continue;
    }
    take(value, each, []);
    const rated = sent.has(`${station}/${value.validTime}`) ? null : rateStage(value, basin.ratings);
    if (rated === null) continue;
    if ('code' in rated) refuse(rated, each);
    else take({ ...value, variable: 'Q', value: rated.value }, each, rated.sources);
  }
  return { rows, rejects };
}

/** What is plausible at each gauge, by station. */
type Gauges = ReadonlyMap<string, QcLimits>;

const limitsOfBasins = new WeakMap<ArchivedBasin, Gauges>();

function limitsOf(basin: ArchivedBasin): Gauges {
  const kept = limitsOfBasins.get(basin);
  if (kept !== undefined) return kept;
  const gauged = basin.stations.filter(station => station.gauged);
  const limits = new Map(gauged.map(({ id, areaM2 }) => [id as string, limitsOfArea(areaM2)]));
  limitsOfBasins.set(basin, limits);
  return limits;
}

/** Says beside the value how it came to be; extrapolated, it is doubtful at best. */
function addSources({ flag, flagSource }: Quality, rated: readonly string[]): Quality {
  const worst = rated.includes(EXTRAPOLATED) && flag < DOUBTFUL_COMPLETED ? DOUBTFUL_COMPLETED : flag;
  return { flag: worst, flagSource: [flagSource, ...rated].filter(source => source !== '').join(' ') };
}

interface DecodedValue {
  readonly station: string;
  readonly variable: 'Q' | 'H';
  readonly validTime: EpochMs;
  readonly receivedAt: EpochMs;
  readonly value: number | null;
}

function judgeValue(value: DecodedValue, limits: QcLimits, known: Known): Quality {
  if (value.value === null) return { flag: MISSING, flagSource: '' };
  if (value.variable !== 'Q') return { flag: 0, flagSource: '' };
  const { validTime, receivedAt } = value;
  const candidate = { validTime, receivedAt, value: value.value };
  const history = known.of(value.station);
  const quality = checkDischarge(candidate, history.without(validTime), limits); // a correction is not compared with itself
  history.add({ validTime, value: value.value, flag: quality.flag });
  return quality;
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

function announcement(
  archive: Archive,
  message: Message<'obs.gauge.v1'>,
  rows: readonly ObservationRow[],
): OutboxMessage<'obs.archived.v1'> {
  const { basin, receivedAt } = message.value;
  return {
    topic: 'obs.archived.v1',
    key: basin,
    id: `archived/${archive.runKind}/${message.id}`,
    value: { basin, receivedAt, runKind: archive.runKind, values: rows.length },
  };
}
