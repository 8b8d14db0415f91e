import type { Bus, Message } from '#bus';
import { epochMs, type BasinId, type EpochMs } from '#hydrology';
import {
  RAIN_FILTERS,
  encodeDepths,
  findUndecodable,
  type ObservationSource,
  type PollWindow,
  type RainFilter,
  type RawGaugeValue,
  type RawObservation,
  type RawRainDepth,
  type RawTemperatureGrid,
  type RawReject,
} from '#observation';

export interface Collection {
  readonly bus: Bus;
  readonly basin: BasinId;
  readonly source: ObservationSource;
  /** Ids under which the archive knows the two inputs. */
  readonly sourceIds: { readonly rain: string; readonly gauges: string; readonly rainGauges?: string };
  /** Gauged stations. */
  readonly stations: ReadonlySet<string>;
  /**
   * Resolves when what was published is archived. A replay asks between rain and gauges: the alerts wake on gauge values
   * and look at how old the rain is, so in its record the rain must be there first whatever the speed.
   */
  readonly settled?: () => Promise<void>;
}

/**
 * Takes what a source received in the window and publishes it: one message a rain grid, one for the gauge values of one
 * receipt. What cannot travel (a value that is no number, an unknown station, another unit) goes to the dead letters by
 * name; the rest of its packet is not held up. Resolves when the bus has everything and the source was told so. A source that
 * fails on the way has what it gave before published, then its failure is thrown.
 */
export async function collect(collection: Collection, window: PollWindow, signal: AbortSignal): Promise<Collected> {
  const { received, failure } = await pollAll(collection.source, window, signal);
  await publish(collection, received);
  await collection.source.taken?.();
  if (failure !== null) throw failure.cause;
  return countOf(received);
}

/** What a poll brought that was new; gauges: values of rivers and of rain gauges. */
export interface Collected {
  /** Grids, those of temperature among them. */
  readonly rain: number;
  readonly gauges: number;
  readonly rejects: number;
  /** What filters of rain took out, in cells (of spokes: rays), where filters are on. */
  readonly filtered: Readonly<Partial<Record<RainFilter, number>>>;
}

function countOf(received: readonly RawObservation[]): Collected {
  const count = (kind: RawObservation['kind']) => received.filter(one => one.kind === kind).length;
  const grids = count('rain') + count('temperature');
  return { rain: grids, gauges: count('gauge') + count('rain-gauge'), rejects: count('reject'), filtered: sumFiltered(received) };
}

function sumFiltered(received: readonly RawObservation[]): Collected['filtered'] {
  const sums: Partial<Record<RainFilter, number>> = {};
  for (const one of received) {
    if (one.kind !== 'rain') continue;
    for (const name of RAIN_FILTERS) if (one.filtered?.[name] !== undefined) sums[name] = (sums[name] ?? 0) + one.filtered[name];
  }
  return sums;
}

interface Polled {
  readonly received: readonly RawObservation[];
  readonly failure: { readonly cause: unknown } | null;
}

async function pollAll(source: ObservationSource, window: PollWindow, signal: AbortSignal): Promise<Polled> {
  const received: RawObservation[] = [];
  try {
    for await (const observation of source.poll(window, signal)) received.push(observation);
  } catch (cause) {
    return { received, failure: { cause } };
  }
  return { received, failure: null };
}

async function publish(collection: Collection, received: readonly RawObservation[]): Promise<void> {
  const gauges = received.filter(one => one.kind === 'gauge');
  const rain = received.filter(one => one.kind === 'rain');
  const refused = received.filter(one => one.kind === 'reject');
  const undecodable = new Set(gauges.filter(value => findUndecodable(value, collection.stations) !== null));
  const { bus } = collection;
  await Promise.all([
    publishInBatches(
      rain.map(grid => rainMessage(collection, grid)),
      batch => bus.publish('obs.rain.v1', batch),
    ),
    publishInBatches(
      [...[...undecodable].map(value => deadLetter(collection, value)), ...refused.map(one => refusedLetter(collection, one))],
      batch => bus.publish('dead.v1', batch),
    ),
  ]);
  const temperature = received.filter(one => one.kind === 'temperature');
  await publishInBatches(
    temperature.map(grid => temperatureMessage(collection, grid)),
    batch => bus.publish('obs.temperature.v1', batch),
  );
  await collection.settled?.();
  await publishInBatches(
    rainGaugeMessages(
      collection,
      received.filter(one => one.kind === 'rain-gauge'),
    ),
    batch => bus.publish('obs.rain-gauge.v1', batch),
  );
  await publishInBatches(
    gaugeMessages(
      collection,
      gauges.filter(value => !undecodable.has(value)),
    ),
    batch => bus.publish('obs.gauge.v1', batch),
  );
}

const BATCH = 200;

async function publishInBatches<T>(messages: readonly T[], publish: (batch: readonly T[]) => Promise<void>): Promise<void> {
  for (let k = 0; k < messages.length; k += BATCH) await publish(messages.slice(k, k + BATCH));
}

function rainMessage({ basin, sourceIds }: Collection, grid: Extract<RawObservation, { kind: 'rain' }>): Message<'obs.rain.v1'> {
  const { validTime, durationMs, issued, receivedAt, values, alteredBy = [] } = grid;
  return {
    key: basin,
    id: `${sourceIds.rain}/${basin}/${validTime}/${issued === undefined ? '' : `${issued}/${durationMs}/`}${receivedAt}`,
    value: {
      ...{ basin, source: sourceIds.rain, receivedAt, validTime, durationMs, cells: values.length, depthMm: encodeDepths(values) },
      ...(issued !== undefined && { issuedAt: issued }),
      ...(alteredBy.length > 0 && { alteredBy: [...alteredBy] }),
    },
  };
}

function temperatureMessage({ basin, sourceIds }: Collection, grid: RawTemperatureGrid): Message<'obs.temperature.v1'> {
  const { validTime, issued, receivedAt, values } = grid;
  return {
    key: basin,
    id: `${sourceIds.rain}/${basin}/${validTime}/${issued}/${receivedAt}`,
    value: { basin, source: sourceIds.rain, receivedAt, validTime, issuedAt: issued, cells: values.length, celsius: encodeDepths(values) },
  };
}

/** Values of one message: a packet of a national service would be too large for a broker. */
const MOST_VALUES = 1000;

function gaugeMessages({ basin, sourceIds }: Collection, values: readonly RawGaugeValue[]): Message<'obs.gauge.v1'>[] {
  return [...byReceipt(values)].flatMap(([receivedAt, packet]) =>
    inPieces(packet, MOST_VALUES).map((piece, k) => ({
      key: basin,
      id: `${sourceIds.gauges}/${basin}/${receivedAt}${k === 0 ? '' : `/${k}`}`,
      value: {
        basin,
        source: sourceIds.gauges,
        receivedAt: epochMs(receivedAt + k),
        values: piece.map(({ station, variable, validTime, value, unit }) => ({ station, variable, validTime, value, unit })),
      },
    })),
  );
}

/** As the gauges of rivers: after the radar, with which they are compared. */
function rainGaugeMessages({ basin, sourceIds }: Collection, depths: readonly RawRainDepth[]): Message<'obs.rain-gauge.v1'>[] {
  const source = sourceIds.rainGauges ?? sourceIds.gauges;
  return [...byReceipt(depths)].flatMap(([receivedAt, packet]) =>
    inPieces(packet, MOST_VALUES).map((piece, k) => ({
      key: basin,
      id: `${source}/${basin}/rain/${receivedAt}${k === 0 ? '' : `/${k}`}`,
      value: {
        ...{ basin, source, receivedAt: epochMs(receivedAt + k) },
        values: piece.map(({ station, validTime, durationMs, value }) => ({ gauge: station, validTime, durationMs, depthMm: value })),
      },
    })),
  );
}

function byReceipt<T extends { readonly receivedAt: EpochMs }>(values: readonly T[]): Map<EpochMs, T[]> {
  const packets = new Map<EpochMs, T[]>();
  for (const value of values) {
    const packet = packets.get(value.receivedAt);
    if (packet === undefined) packets.set(value.receivedAt, [value]);
    else packet.push(value);
  }
  return packets;
}

/**
 * A packet in pieces of about as many values, in the order of their stamps; those of one stamp stay together. Each piece counts as received a
 * millisecond after the one before, so that it is judged by what that one held and may change what was thought of it, however the broker batches.
 */
function inPieces<T extends { readonly validTime: EpochMs }>(packet: readonly T[], most: number): (readonly T[])[] {
  if (packet.length <= most) return [packet];
  const pieces: T[][] = [[]];
  for (const value of packet.toSorted((a, b) => a.validTime - b.validTime)) {
    const piece = pieces.at(-1)!;
    if (piece.length >= most && piece.at(-1)!.validTime !== value.validTime) pieces.push([value]);
    else piece.push(value);
  }
  return pieces;
}

/** Publishes what a feed itself has to say of its source. */
export const publishReject = (collection: Collection, refused: RawReject): Promise<void> =>
  collection.bus.publish('dead.v1', [refusedLetter(collection, refused)]);

/** What the source itself could not take: a file, an answer, a row. */
function refusedLetter({ basin, sourceIds }: Collection, refused: RawReject): Message<'dead.v1'> {
  const { code, message, input, subject, receivedAt } = refused;
  const source = sourceIds[input];
  const id = `${source}/${basin}/${receivedAt}/${code}/${subject}`;
  const topic = input === 'rain' ? 'obs.rain.v1' : 'obs.gauge.v1';
  const value = { topic, key: basin, messageId: id, reason: `${code}: ${message}`, value: { subject, receivedAt, source } };
  return { key: basin, id: `dead/${id}`, value };
}

/** JSON knows no NaN: the value travels as text. */
function deadLetter({ basin, sourceIds, stations }: Collection, value: RawGaugeValue): Message<'dead.v1'> {
  const { code, message } = findUndecodable(value, stations)!;
  const id = `${sourceIds.gauges}/${basin}/${value.receivedAt}/${value.station}/${value.validTime}`;
  return {
    key: basin,
    id: `dead/${id}`,
    value: {
      topic: 'obs.gauge.v1',
      key: basin,
      messageId: id,
      reason: `${code}: ${message}`,
      value: { ...value, value: String(value.value), source: sourceIds.gauges },
    },
  };
}
