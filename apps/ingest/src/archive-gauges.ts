import type { Message } from '#bus';
import type { GaugeMessage } from '#contracts';
import { epochMs, toIso, type EpochMs, type Station, type StationId } from '#hydrology';
import {
  DOUBTFUL,
  MISSING,
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
  const gauges = new Set<string>(basin.stations.filter(station => station.gauged).map(station => station.id));
  const rows: ObservationRow[] = [];
  const rejects: RejectRow[] = [];
  const refuse = (why: Reject, payload: unknown) => rejects.push({ source: message.source, receivedAt, ...why, payload });
  const sent = new Set(
    message.values.filter(({ variable }) => variable === 'Q').map(({ station, validTime }) => `${station}/${validTime}`),
  );
  const take = (value: DecodedValue, payload: unknown, rated: readonly string[]) => {
    const checked = judgeValue(basin, value, known);
    const doubt = explainUnreliable(value, checked, basin);
    if (doubt) refuse(doubt, payload);
    rows.push({ ...value, source: message.source, ...addSources(checked, rated) });
  };
  for (const each of message.values) {
    const value = { ...each, kind: 'gauge' as const, receivedAt, validTime: epochMs(each.validTime) };
    const undecodable = findUndecodable(value, gauges);
    if (undecodable) {
      refuse(undecodable, each);
      continue;
    }
    take(value, each, []);
    const rated = sent.has(`${value.station}/${value.validTime}`) ? null : rateStage(value, basin.ratings);
    if (rated === null) continue;
    if ('code' in rated) refuse(rated, each);
    else take({ ...value, variable: 'Q', value: rated.value }, each, rated.sources);
  }
  return { rows, rejects };
}

/** Says beside the value how it came to be; extrapolated, it is doubtful at best. */
function addSources({ flag, flagSource }: Quality, rated: readonly string[]): Quality {
  const worst = rated.includes(EXTRAPOLATED) && flag < DOUBTFUL ? DOUBTFUL : flag;
  return { flag: worst, flagSource: [flagSource, ...rated].filter(source => source !== '').join(' ') };
}

interface DecodedValue {
  readonly station: string;
  readonly variable: 'Q' | 'H';
  readonly validTime: EpochMs;
  readonly receivedAt: EpochMs;
  readonly value: number | null;
}

function judgeValue(basin: ArchivedBasin, value: DecodedValue, known: Known): Quality {
  if (value.value === null) return { flag: MISSING, flagSource: '' };
  if (value.variable !== 'Q') return { flag: 0, flagSource: '' };
  const station = basin.stations.find(one => one.id === (value.station as StationId))!;
  const candidate = { ...value, value: value.value };
  const history = known.of(value.station);
  const off = basin.quality?.[station.id]?.off;
  const quality = checkDischarge(candidate, history.without(value.validTime), limitsOf(basin, station), off); // a correction is not compared with itself
  history.add({ ...candidate, flag: quality.flag });
  return quality;
}

/** By the drained area, unless domain.yaml says otherwise. */
function limitsOf({ quality }: ArchivedBasin, { id, areaM2 }: Station): QcLimits {
  const limits = limitsOfArea(areaM2);
  const { softMax, hardMax, risePerHour, fallPerHour } = quality?.[id] ?? {};
  return {
    ...limits,
    softMax: softMax ?? limits.softMax,
    hardMax: hardMax ?? limits.hardMax,
    risePerHour: risePerHour ?? limits.risePerHour,
    fallPerHour: fallPerHour ?? limits.fallPerHour,
  };
}

/** An impossible value is archived as unreliable and, so that somebody acts, named among the rejects. */
function explainUnreliable(value: DecodedValue, quality: Quality, basin: ArchivedBasin): Reject | null {
  const what = `${value.variable} of station ${value.station} at ${toIso(value.validTime)}`;
  if (/\b(HX|HN)\b/.test(quality.flagSource)) {
    const { hardMin, hardMax } = limitsOf(
      basin,
      basin.stations.find(one => one.id === (value.station as StationId))!,
    );
    const range = `${hardMin} to ${Math.round(hardMax)} m³/s`;
    return reject('GAUGE_OUT_OF_RANGE', `${what} is ${value.value} m³/s, outside of ${range}; check its unit and the rating curve`);
  }
  if (/\bTS\b/.test(quality.flagSource)) {
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
