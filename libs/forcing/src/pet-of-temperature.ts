import { DAY_MS, HOUR_MS, epochMs, type EpochMs, type GridSeries } from '#hydrology';
import { disaggregatePet } from './disaggregate-pet.js';
import { extraterrestrialRadiation, oudinPet } from './oudin.js';

/** Air temperature at a time, °C, one value a cell; NaN = missing. */
export interface TemperatureField {
  readonly validTime: EpochMs;
  readonly values: Float32Array;
}

/** Models write every hour, every 3 or every 6 h; what is farther apart says too little of the time between. */
const LARGEST_GAP_MS = 6 * HOUR_MS;

/**
 * Mean of a UTC day on straight lines between the times of a field, °C; null where they do not cover the whole day or lie more than 6 h apart. A
 * cell that misses a value of the day is NaN.
 * @param fields ascending in time
 */
export function meanOfDay(fields: readonly TemperatureField[], day: number): Float32Array | null {
  const end = day + DAY_MS;
  const first = fields.findLastIndex(({ validTime }) => validTime <= day);
  const last = fields.findIndex(({ validTime }) => validTime >= end);
  if (first < 0 || last < 0) return null;
  const sum = new Float64Array(fields[first]!.values.length);
  for (let k = first; k < last; k++) {
    const [left, right] = [fields[k]!, fields[k + 1]!];
    const length = right.validTime - left.validTime;
    if (length > LARGEST_GAP_MS) return null;
    const [from, to] = [Math.max(day, left.validTime), Math.min(end, right.validTime)];
    // the mean of a straight line over (from, to] is its value in the middle
    const share = ((from + to) / 2 - left.validTime) / length;
    const weight = (to - from) / DAY_MS;
    for (let cell = 0; cell < sum.length; cell++) sum[cell]! += weight * ((1 - share) * left.values[cell]! + share * right.values[cell]!);
  }
  return Float32Array.from(sum);
}

/** PET and the UTC days of it that stay as they were, wholly or in some cells. */
export interface PetOfTemperature {
  readonly pet: GridSeries;
  readonly without: readonly EpochMs[];
}

/**
 * PET by Oudin from the mean temperature of each UTC day, spread over the day as that of a record; of days that the temperatures do not cover, and of
 * cells that they miss, that which stands in.
 * @param fields ascending in time
 * @param otherwise PET on the steps that are wanted
 * @param latitudes of the cells, degrees
 */
export function petOfTemperature(fields: readonly TemperatureField[], otherwise: GridSeries, latitudes: Float64Array): PetOfTemperature {
  const { time, cellCount } = otherwise;
  const without = new Set<EpochMs>();
  const days = new Map<number, Float32Array>();
  const depthsOf = (day: number): Float32Array => {
    const known = days.get(day);
    if (known !== undefined) return known;
    const depths = depthsOfDay(meanOfDay(fields, day), day, latitudes);
    if (depths.some(Number.isNaN)) without.add(epochMs(day));
    days.set(day, depths);
    return depths;
  };
  const values = disaggregatePet(time, cellCount, depthsOf);
  for (let k = 0; k < values.length; k++) if (Number.isNaN(values[k]!)) values[k] = otherwise.values[k]!;
  return { pet: { time, cellCount, values }, without: [...without] };
}

function depthsOfDay(mean: Float32Array | null, day: number, latitudes: Float64Array): Float32Array {
  if (mean === null) return new Float32Array(latitudes.length).fill(NaN);
  const dayOfYear = Math.floor((day - Date.UTC(new Date(day).getUTCFullYear(), 0, 1)) / DAY_MS) + 1;
  return mean.map((degrees, cell) => oudinPet(degrees, extraterrestrialRadiation(latitudes[cell]!, dayOfYear)));
}
