import type { Bus, Message } from '#bus';
import type { BasinId } from '#hydrology';
import {
  encodeDepths,
  findUndecodable,
  type ObservationSource,
  type PollWindow,
  type RawGaugeValue,
  type RawObservation,
} from '#observation';

export interface Collection {
  readonly bus: Bus;
  readonly basin: BasinId;
  readonly source: ObservationSource;
  /** Ids under which the archive knows the two inputs. */
  readonly sourceIds: { readonly rain: string; readonly gauges: string };
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
 * name; the rest of its packet is not held up. Resolves when the bus has everything.
 */
export async function collect(collection: Collection, window: PollWindow, signal: AbortSignal): Promise<void> {
  const received: RawObservation[] = [];
  for await (const observation of collection.source.poll(window, signal)) received.push(observation);
  const gauges = received.filter(one => one.kind === 'gauge');
  const rain = received.filter(one => one.kind === 'rain');
  const undecodable = new Set(gauges.filter(value => findUndecodable(value, collection.stations) !== null));
  const { bus } = collection;
  await Promise.all([
    publishInBatches(
      rain.map(grid => rainMessage(collection, grid)),
      batch => bus.publish('obs.rain.v1', batch),
    ),
    publishInBatches(
      [...undecodable].map(value => deadLetter(collection, value)),
      batch => bus.publish('dead.v1', batch),
    ),
  ]);
  await collection.settled?.();
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
  const { validTime, durationMs, receivedAt, values } = grid;
  return {
    key: basin,
    id: `${sourceIds.rain}/${basin}/${validTime}/${receivedAt}`,
    value: { basin, source: sourceIds.rain, receivedAt, validTime, durationMs, cells: values.length, depthMm: encodeDepths(values) },
  };
}

function gaugeMessages({ basin, sourceIds }: Collection, values: readonly RawGaugeValue[]): Message<'obs.gauge.v1'>[] {
  const byReceipt = new Map<number, RawGaugeValue[]>();
  for (const value of values) byReceipt.set(value.receivedAt, [...(byReceipt.get(value.receivedAt) ?? []), value]);
  return [...byReceipt].map(([receivedAt, packet]) => ({
    key: basin,
    id: `${sourceIds.gauges}/${basin}/${receivedAt}`,
    value: {
      basin,
      source: sourceIds.gauges,
      receivedAt,
      values: packet.map(({ station, variable, validTime, value, unit }) => ({ station, variable, validTime, value, unit })),
    },
  }));
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
