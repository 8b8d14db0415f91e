import { requireRecord, type DomainRecord, type LoadedDomain } from '#config';
import { Fault } from '#errors';
import { DAY_MS, epochMs, parseIso, stampOf, toIso, type EpochMs, type RainGrid, type Station, type TimeGrid } from '#hydrology';
import type { KernelForcing } from '#kernel';

/**
 * Rain and PET of the record on the steps of a run. An accumulation is divided equally over the steps it covers; a step
 * that the record does not cover wholly is missing (NaN), which the model treats as unknown, not as dry. Temperature, where the
 * record has it, is asked for by `withTemperature`, since only a structure with a snow slot reads it.
 */
export function recordForcing(record: DomainRecord, time: TimeGrid, withTemperature = false): KernelForcing {
  const pet = record.pet(time);
  const { cellCount } = pet;
  const rain = new Float32Array(time.count * cellCount);
  const covered = new Float64Array(time.count);
  for (const grid of record.rain(time.start, stampOf(time, time.count - 1))) addGrid(grid, time, { rain, covered, cellCount });
  covered.forEach((ms, step) => {
    if (ms < time.stepMs) rain.fill(NaN, step * cellCount, (step + 1) * cellCount);
  });
  const forcing = { steps: time.count, rain, pet: pet.values };
  return withTemperature && record.temperature ? { ...forcing, temperature: record.temperature(time).values } : forcing;
}

function addGrid(
  grid: RainGrid,
  time: TimeGrid,
  { rain, covered, cellCount }: { rain: Float32Array; covered: Float64Array; cellCount: number },
): void {
  const begin = grid.validTime - grid.durationMs;
  const first = Math.max(0, Math.floor((begin - time.start) / time.stepMs));
  const last = Math.min(time.count - 1, Math.ceil((grid.validTime - time.start) / time.stepMs) - 1);
  for (let step = first; step <= last; step++) {
    const overlap = Math.min(grid.validTime, stampOf(time, step)) - Math.max(begin, stampOf(time, step) - time.stepMs);
    if (overlap <= 0) continue;
    covered[step] = covered[step]! + overlap;
    const share = overlap / grid.durationMs;
    for (let cell = 0; cell < cellCount; cell++)
      rain[step * cellCount + cell] = rain[step * cellCount + cell]! + grid.values[cell]! * share;
  }
}

/**
 * Observed discharge of the stations on the steps of a run, `[station × steps + step]`, m³/s. A value stands at the step
 * that carries its own stamp, never between; NaN elsewhere and outside (from, to].
 */
export function observedOnSteps(
  record: DomainRecord,
  stations: readonly Station[],
  { time, from, to }: { readonly time: TimeGrid; readonly from: EpochMs; readonly to: EpochMs },
): Float64Array {
  const observed = new Float64Array(stations.length * time.count).fill(NaN);
  stations.forEach((station, row) => {
    if (!station.gauged) return;
    const { times, values } = record.discharge(station.id, from, to);
    times.forEach((stamp, k) => {
      const step = (stamp - time.start) / time.stepMs - 1;
      if (Number.isInteger(step) && step >= 0 && step < time.count) observed[row * time.count + step] = values[k]!;
    });
  });
  return observed;
}

/** The first 00:00 UTC of which the record knows all that follows: where a warm-up may start. */
export const recordStart = ({ from }: DomainRecord): EpochMs => epochMs(Math.ceil(from / DAY_MS) * DAY_MS);

export interface Period {
  readonly from: EpochMs;
  readonly to: EpochMs;
}

/**
 * Reads --from and --to and checks them against the rain record.
 * @throws Fault COMMAND_INVALID saying which period the record covers.
 */
export function readPeriod(flags: { readonly from: string; readonly to: string }, domain: LoadedDomain): Period {
  requireRecord(domain, 'a period of the past');
  const { record } = domain;
  const period = { from: readDate('--from', flags.from), to: readDate('--to', flags.to) };
  const covered = `(${toIso(recordStart(record))}, ${toIso(record.to)}]`;
  if (period.from >= period.to) throw new Fault('COMMAND_INVALID', `--from ${flags.from} is not before --to ${flags.to}`);
  if (period.from < recordStart(record) || period.to > record.to) {
    throw new Fault('COMMAND_INVALID', `the period ${flags.from} to ${flags.to} is not inside the rain record ${covered}`);
  }
  return period;
}

export function readDate(option: string, text: string): EpochMs {
  try {
    return parseIso(text);
  } catch (cause) {
    throw new Fault('COMMAND_INVALID', `${option}: ${(cause as Error).message}`, {}, { cause });
  }
}
