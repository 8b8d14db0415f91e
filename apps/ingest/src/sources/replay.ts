import type { LoadedDomain } from '#config';
import { epochMs, type EpochMs } from '#hydrology';
import type { ObservationSource, PollWindow, RawGaugeValue, RawObservation, RawRainDepth, RawRainGrid } from '#observation';

/** Something that happens to the data of an input on their way: lost or late. */
export interface Disturbance {
  /** `rain`, a station id or one of a rain gauge. */
  readonly input: string;
  /** Values stamped in (from, to]. */
  readonly from: EpochMs;
  readonly to: EpochMs;
  /** null = they never arrive. */
  readonly delayMs: number | null;
}

/** Plays the record of a domain: every value is received as long after its stamp as domain.yaml says, or as disturbed. */
export function createReplaySource(domain: LoadedDomain, disturbances: readonly Disturbance[] = []): ObservationSource {
  const reachMs = disturbances.reduce((longest, { delayMs }) => Math.max(longest, delayMs ?? 0), 0);
  return {
    id: `replay-${domain.basin}`,
    // eslint-disable-next-line @typescript-eslint/require-await -- the port is asynchronous; the record is in memory
    poll: async function* (window) {
      const raw = [
        ...readRain(domain, window, reachMs),
        ...readGauges(domain, window, reachMs),
        ...readRainGauges(domain, window, reachMs),
      ];
      const received = raw
        .flatMap(observation => disturb(observation, disturbances))
        .filter(({ receivedAt }) => receivedAt > window.after && receivedAt <= window.until);
      yield* received.sort((a, b) => a.receivedAt - b.receivedAt);
    },
  };
}

function readRain(domain: LoadedDomain, { after, until }: PollWindow, reachMs: number): RawRainGrid[] {
  const { latency } = domain.settings.sources.radar;
  return domain.record.sent
    .rain(epochMs(after - latency - reachMs), epochMs(until - latency))
    .map(grid => ({ kind: 'rain', ...grid, receivedAt: epochMs(grid.validTime + latency) }));
}

function readGauges(domain: LoadedDomain, { after, until }: PollWindow, reachMs: number): RawGaugeValue[] {
  const { latency } = domain.settings.sources.gauges;
  return domain.stations
    .filter(station => station.gauged)
    .flatMap(station => {
      const { times, values } = domain.record.sent.discharge(station.id, epochMs(after - latency - reachMs), epochMs(until - latency));
      return Array.from(times, (time, k): RawGaugeValue => ({
        kind: 'gauge',
        station: station.id,
        variable: 'Q',
        validTime: epochMs(time),
        receivedAt: epochMs(time + latency),
        value: values[k]!,
        unit: 'm3/s',
      }));
    });
}

function readRainGauges(domain: LoadedDomain, { after, until }: PollWindow, reachMs: number): RawRainDepth[] {
  const { latency } = domain.settings.sources.rainGauges;
  return domain.rainGauges.flatMap(({ id }) => {
    const series = domain.record.rainGauge?.(id, epochMs(after - latency - reachMs), epochMs(until - latency));
    return Array.from(series?.times ?? [], (time, k): RawRainDepth => ({
      ...{ kind: 'rain-gauge', station: id, validTime: epochMs(time), durationMs: series!.durationsMs[k]! },
      ...{ receivedAt: epochMs(time + latency), value: series!.depths[k]! },
    }));
  });
}

function disturb(observation: RawGaugeValue | RawRainDepth | RawRainGrid, disturbances: readonly Disturbance[]): RawObservation[] {
  const input = observation.kind === 'rain' ? 'rain' : observation.station;
  const { validTime } = observation;
  const hit = disturbances.find(one => one.input === input && validTime > one.from && validTime <= one.to);
  if (hit === undefined) return [observation];
  return hit.delayMs === null ? [] : [{ ...observation, receivedAt: epochMs(observation.receivedAt + hit.delayMs) }];
}
