import { MINUTE_MS, HOUR_MS, epochMs, type EpochMs, type RainGrid } from '#hydrology';
import type { LoadedDomain } from '#config';
import type { RainFormat } from './rain-formats.js';
import { faultAt, type FeedFault } from './feed-fault.js';

/** The record of a domain as services would know it at a time. */
export interface SimulatedWorld {
  readonly domain: LoadedDomain;
  /** Now, in the time of those who ask. */
  readonly now: () => EpochMs;
  /** Time of those who ask less the time of the record. */
  readonly shiftMs: number;
  /** Gauges send a value this often; between those of the record on a straight line. */
  readonly gaugeStepMs: number;
  readonly faults: readonly FeedFault[];
  /** What the radar sees of the rain; 1 unless set. Rain gauges see it as it fell. */
  readonly radarFactor?: number;
  /** Of files of rain; ODIM_H5 unless set. */
  readonly rainFormat?: RainFormat;
}

/** A value of a gauge as its service shows it. Times are of those who ask. */
export interface ShownValue {
  readonly station: string;
  readonly time: EpochMs;
  /** m³/s, unless a fault says otherwise. */
  readonly discharge: number;
}

/** A corrected value is shown too high for this long after it came. */
const CORRECTED_AFTER_MS = 30 * MINUTE_MS;
const TOO_HIGH = 1.5;
const LITRES = 1000;
const ONE_HOUR_AHEAD = HOUR_MS;

/** Until when a service knows what happened: now, or since when it has stalled. */
export function knownUntil({ faults, now }: SimulatedWorld, inputs: readonly string[]): EpochMs {
  const time = now();
  return faultAt(faults, 'stall', { time, inputs })?.from ?? time;
}

/** What a service shows of a station from `from` on, ascending. */
export function shownValues(world: SimulatedWorld, station: string, from: EpochMs): ShownValue[] {
  const { domain, gaugeStepMs, shiftMs } = world;
  const { latency } = domain.settings.sources.gauges;
  const until = knownUntil(world, ['gauges', station]);
  const newest = Math.floor((until - latency) / gaugeStepMs) * gaugeStepMs;
  const discharge = interpolator(world, station, { from, to: epochMs(newest) });
  const shown: ShownValue[] = [];
  for (let time = Math.ceil(from / gaugeStepMs) * gaugeStepMs; time <= newest; time += gaugeStepMs) {
    const value = discharge(time - shiftMs);
    if (value !== null) shown.push(...distort(world, { station, time: epochMs(time), discharge: value }, until));
  }
  return shown;
}

function distort({ faults, domain }: SimulatedWorld, value: ShownValue, until: EpochMs): ShownValue[] {
  const inputs = ['gauges', value.station];
  const has = (kind: FeedFault['kind']) => faultAt(faults, kind, { time: value.time, inputs }) !== undefined;
  const cameAt = value.time + domain.settings.sources.gauges.latency;
  const corrected = has('correction') && until - cameAt < CORRECTED_AFTER_MS ? TOO_HIGH : 1;
  const shown = {
    ...value,
    time: has('shifted-clock') ? epochMs(value.time + ONE_HOUR_AHEAD) : value.time,
    discharge: value.discharge * corrected * (has('wrong-unit') ? LITRES : 1),
  };
  return has('duplicate') ? [shown, shown] : [shown];
}

export type Interpolator = (recordTime: number) => number | null;

/** The record on straight lines between its values; null across gaps of more than two hours. */
export function interpolator({ domain, shiftMs }: SimulatedWorld, station: string, span: { from: EpochMs; to: EpochMs }): Interpolator {
  const [from, to] = [epochMs(span.from - shiftMs - 2 * HOUR_MS), epochMs(span.to - shiftMs + 2 * HOUR_MS)];
  const gauge = domain.stations.find(({ id, gauged }) => gauged && id === station);
  if (gauge === undefined) return () => null;
  const { times, values } = domain.record.discharge(gauge.id, from, to);
  return time => {
    const after = times.findIndex(each => each >= time);
    if (after < 0) return null;
    if (times[after] === time) return values[after]!;
    if (after === 0 || times[after]! - times[after - 1]! > 2 * HOUR_MS) return null;
    const share = (time - times[after - 1]!) / (times[after]! - times[after - 1]!);
    return values[after - 1]! + share * (values[after]! - values[after - 1]!);
  };
}

/** The accumulations that came in (after, now], with when they came. Times are of those who ask. */
export function arrivedRain(world: SimulatedWorld, after: EpochMs): (RainGrid & { readonly receivedAt: EpochMs })[] {
  const { domain, shiftMs, now, faults, radarFactor = 1 } = world;
  const { latency } = domain.settings.sources.radar;
  const stalled = faultAt(faults, 'stall', { time: now(), inputs: ['rain'] });
  const until = stalled?.from ?? now();
  return domain.record.sent
    .rain(epochMs(after - latency - shiftMs), epochMs(until - latency - shiftMs))
    .map(grid => ({ ...grid, validTime: epochMs(grid.validTime + shiftMs), receivedAt: epochMs(grid.validTime + shiftMs + latency) }))
    .filter(({ receivedAt }) => receivedAt > after && receivedAt <= until)
    .map(grid => (radarFactor === 1 ? grid : { ...grid, values: grid.values.map(depth => depth * radarFactor) }));
}
