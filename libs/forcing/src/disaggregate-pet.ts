import { DAY_MS, HOUR_MS, MINUTE_MS, type TimeGrid } from '#hydrology';

/**
 * Share of the daily PET in the hour ending at 01:00, 02:00 … 24:00 UTC: the diurnal curve of SMASH (hydrology.md 11), the same
 * on every day of the year; its printed shares sum to 1.
 */
export const HOURLY_PET_SHARES: readonly number[] = [
  0, 0, 0, 0, 0, 0, 0.035, 0.062, 0.079, 0.097, 0.11, 0.117, 0.117, 0.11, 0.097, 0.079, 0.062, 0.035, 0, 0, 0, 0, 0, 0,
];

/** Daily PET of every cell, mm, for the UTC day that starts at `day`. */
export type DailyPet = (day: number) => Float32Array;

/**
 * Spreads daily PET over the steps of a grid: mm per step, `[step × cellCount + cell]`. Steps shorter than an hour share it
 * equally, longer ones sum their hours; a step of (from, to] belongs to the hours it covers.
 * @throws RangeError when steps and hours do not divide each other.
 */
export function disaggregatePet(time: TimeGrid, cellCount: number, daily: DailyPet): Float32Array {
  const { stepMs } = time;
  const divides = stepMs <= HOUR_MS ? HOUR_MS % stepMs === 0 : stepMs % HOUR_MS === 0;
  if (!divides || time.start % Math.min(stepMs, HOUR_MS) !== 0) {
    throw new RangeError(`PET needs steps that divide an hour or are whole hours, on the clock; these are ${stepMs / MINUTE_MS} min`);
  }
  const values = new Float32Array(time.count * cellCount);
  for (let step = 0; step < time.count; step++) {
    const from = time.start + step * stepMs;
    for (let at = from; at < from + stepMs; at += HOUR_MS)
      addShare(values.subarray(step * cellCount, (step + 1) * cellCount), at, stepMs, daily);
  }
  return values;
}

function addShare(sum: Float32Array, at: number, stepMs: number, daily: DailyPet): void {
  const day = Math.floor(at / DAY_MS) * DAY_MS;
  const share = HOURLY_PET_SHARES[Math.floor((at - day) / HOUR_MS)]! * Math.min(1, stepMs / HOUR_MS);
  if (share === 0) return;
  const depth = daily(day);
  for (let cell = 0; cell < sum.length; cell++) sum[cell]! += share * depth[cell]!;
}
