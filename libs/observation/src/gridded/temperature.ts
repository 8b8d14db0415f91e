import { HOUR_MS, epochMs, toIso, type EpochMs } from '#hydrology';
import { Refusal, reject, type Reject } from '../reject.js';
import type { RainRaster } from './rain-raster.js';

/** 0 °C in each unit that CF files use. */
const ZERO_CELSIUS: Readonly<Record<string, number>> = {
  ...{ K: 273.15, kelvin: 273.15, degC: 0, deg_C: 0, degree_Celsius: 0, degrees_Celsius: 0, celsius: 0, Celsius: 0, '°C': 0 },
};
export const KELVIN = 'K';

/** °C of a value in a unit. @throws Refusal QUANTITY_UNKNOWN for a unit that is none of temperature. */
export function celsiusFrom(units: string): (value: number) => number {
  if (!Object.hasOwn(ZERO_CELSIUS, units))
    throw new Refusal('QUANTITY_UNKNOWN', `has temperature in "${units}"; known are ${Object.keys(ZERO_CELSIUS).join(', ')}`);
  return value => value - ZERO_CELSIUS[units]!;
}

/** The time for which a mean over an interval stands: its middle. An instant stands for itself. */
export const middleOf = (from: EpochMs, to: EpochMs): EpochMs => epochMs((from + to) / 2);

const EARLIEST = Date.UTC(1990, 0, 1);
const LONGEST_LEAD_MS = 20 * 24 * HOUR_MS;

/** @throws Refusal TIME_IMPLAUSIBLE for a run that was issued before 1990 or after its receipt, or a time before its issue or 20 days after it. */
export function requirePlausibleTime({ issued, at }: { readonly issued: EpochMs; readonly at: EpochMs }, receivedAt: EpochMs): void {
  const plausible = issued >= EARLIEST && issued <= receivedAt + HOUR_MS && at >= issued && at - issued <= LONGEST_LEAD_MS;
  if (plausible) return;
  const say = (time: number): string => (Math.abs(time) < 8.64e15 ? toIso(time as EpochMs) : 'no date');
  throw new Refusal('TIME_IMPLAUSIBLE', `says that it was issued at ${say(issued)} for ${say(at)}, received ${say(receivedAt)}`);
}

/** Near the ground: records are −89 and 57 °C. */
const [COLDEST, WARMEST] = [-90, 60];

/**
 * Impossible temperatures become missing, in place, and are named with their number.
 * @throws Refusal TEMPERATURE_OUT_OF_RANGE when no cell is left: most often a unit that is not what the file says
 */
export function refuseImpossibleTemperatures({ depths }: RainRaster): Reject[] {
  let [impossible, present] = [0, 0];
  for (let k = 0; k < depths.length; k++) {
    if (depths[k]! >= COLDEST && depths[k]! <= WARMEST) present++;
    else if (!Number.isNaN(depths[k]!)) {
      impossible++;
      depths[k] = NaN;
    }
  }
  if (present === 0) throw new Refusal('TEMPERATURE_OUT_OF_RANGE', `holds no temperature between ${COLDEST} and ${WARMEST} °C in any cell`);
  if (impossible === 0) return [];
  const message = `${impossible} of ${depths.length} cells are not between ${COLDEST} and ${WARMEST} °C; they count as missing`;
  return [reject('TEMPERATURE_OUT_OF_RANGE', message)];
}
