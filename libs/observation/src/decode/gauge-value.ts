import { toIso } from '#hydrology';
import { reject, type Reject } from '../reject.js';
import type { RawGaugeValue } from '../source.js';

/** Units a source may write for the quantity; anything else is refused rather than guessed. */
const UNITS: Readonly<Record<'Q' | 'H', readonly string[]>> = { Q: ['m3/s', 'm³/s', 'm3 s-1'], H: ['m'] };

/** Ids of a basin's gauges, or a table by id. */
type Stations = Pick<ReadonlyMap<string, unknown>, 'has' | 'keys'>;

/** Refuses a value that cannot be one: an unknown station, another unit, not a number. */
export function findUndecodable(value: RawGaugeValue, stations: Stations): Reject | null {
  const known = stations.has(value.station);
  if (known && UNITS[value.variable].includes(value.unit) && (value.value === null || Number.isFinite(value.value))) return null;
  const what = `${value.variable} of station ${value.station} at ${toIso(value.validTime)}`;
  if (!known) {
    return reject('STATION_UNKNOWN', `${what}: this basin has no such gauge; it has ${[...stations.keys()].join(', ')}`);
  }
  if (!UNITS[value.variable].includes(value.unit)) {
    const expected = UNITS[value.variable][0]!;
    return reject('GAUGE_UNIT_WRONG', `${what} is in ${value.unit || 'no unit'}, not in ${expected}; convert it at the source`);
  }
  return reject('GAUGE_NOT_A_NUMBER', `${what} is ${value.value}, not a number; report a missing value as null`);
}
