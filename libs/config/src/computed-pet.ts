import { extraterrestrialRadiation, oudinPet, type DailyPet } from '#forcing';
import { DAY_MS, epochMs, timeGrid } from '#hydrology';
import { Fault } from '#errors';
import { LEAP_YEAR_DAYS, dayOfLeapYear } from './pet-file.js';
import { temperatureOnSteps, type TemperatureRecord } from './temperature-file.js';

/** PET that is computed in place of a record. */
export interface ComputedPet {
  readonly formula: 'oudin';
  /** Of each cell, degrees. */
  readonly latitudes: Float64Array;
  /** Mean of each month, °C; absent where a record of temperature is. */
  readonly monthlyTemperature?: readonly number[] | undefined;
}

/** Temperatures of the cells: a record and the place of each cell in it. */
interface PlacedTemperature {
  readonly record: TemperatureRecord;
  readonly position: Int32Array;
}

/**
 * PET of a day by Oudin, mm, from the mean temperature of the day: that of the record where it knows the whole day, else the mean of this day of the
 * year over the years of the record, else the climatology of months.
 */
export function computePet(pet: ComputedPet, temperature: PlacedTemperature | null): DailyPet {
  const { latitudes, monthlyTemperature } = pet;
  const temperatureOf = temperature === null ? ofMonths(monthlyTemperature!, latitudes.length) : ofRecord(temperature);
  let last: { readonly day: number; readonly field: Float32Array } | undefined; // asked for each of its hours
  return day => {
    if (last?.day === day) return last.field;
    const dayOfYear = Math.floor((day - Date.UTC(new Date(day).getUTCFullYear(), 0, 1)) / DAY_MS) + 1;
    const field = temperatureOf(day).map((degrees, cell) => oudinPet(degrees, extraterrestrialRadiation(latitudes[cell]!, dayOfYear)));
    last = { day, field };
    return field;
  };
}

const MONTHS = 12;

/** On straight lines between the middles of the months, which have the mean of their month. */
function ofMonths(monthly: readonly number[], cellCount: number): DailyPet {
  return day => {
    const date = new Date(day);
    const days = new Date(Date.UTC(date.getUTCFullYear(), date.getUTCMonth() + 1, 0)).getUTCDate();
    const place = date.getUTCMonth() + (date.getUTCDate() - 0.5) / days - 0.5; // in months from the middle of January
    const share = place - Math.floor(place);
    const month = (Math.floor(place) + MONTHS) % MONTHS;
    return new Float32Array(cellCount).fill((1 - share) * monthly[month]! + share * monthly[(month + 1) % MONTHS]!);
  };
}

function ofRecord({ record, position }: PlacedTemperature): DailyPet {
  const { stamps, stepMs } = record;
  const meanOfDay = (day: number) => temperatureOnSteps(record, position, timeGrid(epochMs(day), epochMs(day + DAY_MS), DAY_MS));
  let climatology: DailyPet | undefined;
  return day => {
    const isWhole = day >= stamps[0]! - stepMs && day + DAY_MS <= stamps.at(-1)!;
    const own = isWhole ? meanOfDay(day) : null;
    if (own !== null && !own.some(Number.isNaN)) return own;
    climatology ??= climatologyOf(record, position.length, meanOfDay);
    const usual = climatology(day);
    return own === null ? usual : own.map((degrees, cell) => (Number.isNaN(degrees) ? usual[cell]! : degrees));
  };
}

/** Days on each side that belong to a day of the year: a record of few years says little of a single one. */
const WINDOW_DAYS = 15;

/** The mean of a day of the year and of the 15 on either side over all years of the record. */
function climatologyOf({ stamps }: TemperatureRecord, cellCount: number, meanOfDay: DailyPet): DailyPet {
  const sums = Array.from({ length: LEAP_YEAR_DAYS }, () => ({ sum: new Float64Array(cellCount), count: new Uint16Array(cellCount) }));
  const first = Math.floor(stamps[0]! / DAY_MS) * DAY_MS;
  for (let day = first; day < stamps.at(-1)!; day += DAY_MS) {
    const { sum, count } = sums[indexOf(day)]!;
    meanOfDay(day).forEach((degrees, cell) => {
      if (Number.isNaN(degrees)) return;
      sum[cell]! += degrees;
      count[cell]! += 1;
    });
  }
  return day => {
    const near = Array.from(
      { length: 2 * WINDOW_DAYS + 1 },
      (_, k) => sums[(indexOf(day) + k - WINDOW_DAYS + LEAP_YEAR_DAYS) % LEAP_YEAR_DAYS]!,
    );
    return Float32Array.from({ length: cellCount }, (_, cell) => {
      const [sum, count] = near.reduce(([total, days], one) => [total + one.sum[cell]!, days + one.count[cell]!], [0, 0]);
      if (count > 0) return sum / count;
      const message = `record.temperature knows no temperature within ${WINDOW_DAYS} days of ${new Date(day).toISOString().slice(5, 10)} in any year; record.pet: oudin needs it, or monthlyTemperature`;
      throw new Fault('DOMAIN_INVALID', message);
    });
  };
}

function indexOf(day: number): number {
  const date = new Date(day);
  return dayOfLeapYear(date.getUTCMonth() + 1, date.getUTCDate()) - 1;
}
