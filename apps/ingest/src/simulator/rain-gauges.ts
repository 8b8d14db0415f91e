import { BEAT_MS, epochMs, type EpochMs } from '#hydrology';
import { knownUntil, type SimulatedWorld } from './simulated-world.js';

/** A depth of a rain gauge as its service shows it: of the quarter of an hour that ends at the time, in the time of those who ask. */
export interface ShownDepth {
  readonly gauge: string;
  readonly time: EpochMs;
  readonly depthMm: number;
}

/** What a service shows of a rain gauge from `from` on, ascending: the rain that fell on its cell, an hour shared by its quarters. */
export function shownDepths(world: SimulatedWorld, id: string, from: EpochMs): ShownDepth[] {
  const { domain, shiftMs } = world;
  const gauge = domain.rainGauges.find(one => one.id === id || one.code === id);
  const { rainStepMs } = domain.record;
  if (gauge === undefined || rainStepMs === null) return [];
  const newest = Math.floor((knownUntil(world, ['gauges', id]) - domain.settings.sources.rainGauges.latency) / BEAT_MS) * BEAT_MS;
  const [first, last] = [epochMs(from - shiftMs), epochMs(newest - shiftMs)];
  return domain.record.rain(first, epochMs(last + rainStepMs)).flatMap(({ validTime, durationMs, values }) => {
    const depth = values[gauge.cell]!;
    if (!(depth >= 0)) return [];
    const parts = durationMs / BEAT_MS;
    return Array.from({ length: parts }, (_, k) => epochMs(validTime - durationMs + (k + 1) * BEAT_MS))
      .filter(time => time > first && time <= last)
      .map(time => ({ gauge: id, time: epochMs(time + shiftMs), depthMm: depth / parts }));
  });
}
