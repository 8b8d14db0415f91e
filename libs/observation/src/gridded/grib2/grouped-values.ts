import { Refusal } from '../../reject.js';
import { BitReader, type Section } from './octets.js';

/** Of complex packing: groups of neighbours, each with its own reference and number of bits (templates 5.2 and 5.3). */
interface Grouping {
  readonly groups: number;
  readonly firstWidth: number;
  readonly widthBits: number;
  readonly firstLength: number;
  readonly lengthStep: number;
  readonly lastLength: number;
  readonly lengthBits: number;
  /** 0 none are missing, 1 the largest number of a group, 2 the largest two. */
  readonly missing: number;
}

export interface GroupedValues {
  readonly count: number;
  /** Of the references of the groups. */
  readonly bits: number;
  /** The values are differences of their neighbours (5.3). */
  readonly differences: boolean;
}

/** Packed numbers of a field; NaN = missing. @throws Refusal FILE_UNREADABLE where the groups do not make up the field */
export function readGroups(representation: Section, data: Section, { count, bits, differences }: GroupedValues): Float64Array {
  const grouping = groupingOf(representation, count);
  const order = differences ? representation.unsigned(48, 1) : 0;
  const octets = differences ? representation.unsigned(49, 1) : 0;
  if (order > 2 || (differences && (order === 0 || octets < 1 || octets > 4))) {
    throw new Refusal('FILE_UNREADABLE', `is GRIB2, but takes differences of order ${order} in ${octets} octets`);
  }
  const reader = new BitReader(data.bytes, 5);
  const first = Array.from({ length: order }, () => signMagnitude(reader, octets));
  const least = differences ? signMagnitude(reader, octets) : 0;
  const values = groupedNumbers(reader, grouping, { count, bits });
  if (differences) addUp(values, first, least);
  return values;
}

function groupingOf(section: Section, count: number): Grouping {
  const groups = section.unsigned(32, 4);
  const missing = section.unsigned(23, 1);
  const [widthBits, lengthBits] = [section.unsigned(37, 1), section.unsigned(47, 1)];
  if (groups > count || missing > 2 || widthBits > 32 || lengthBits > 32) {
    throw new Refusal('FILE_UNREADABLE', `is GRIB2, but packs ${count} values in ${groups} groups that cannot be`);
  }
  return {
    ...{ groups, missing, widthBits, lengthBits, firstWidth: section.unsigned(36, 1), firstLength: section.unsigned(38, 4) },
    ...{ lengthStep: section.unsigned(42, 1), lastLength: section.unsigned(43, 4) },
  };
}

function groupedNumbers(reader: BitReader, grouping: Grouping, { count, bits }: Pick<GroupedValues, 'count' | 'bits'>): Float64Array {
  const { groups, missing } = grouping;
  const list = (width: number) => {
    const numbers = Array.from({ length: groups }, () => reader.next(width));
    reader.align();
    return numbers;
  };
  const references = list(bits);
  const widths = list(grouping.widthBits).map(width => width + grouping.firstWidth);
  const lengths = list(grouping.lengthBits).map(length => grouping.firstLength + length * grouping.lengthStep);
  if (groups > 0) lengths[groups - 1] = grouping.lastLength;
  if (lengths.reduce((sum, length) => sum + length, 0) !== count || widths.some(width => width > 32)) {
    throw new Refusal('FILE_UNREADABLE', `is GRIB2, but its groups do not make up its ${count} values`);
  }
  const values = new Float64Array(count);
  let at = 0;
  for (let group = 0; group < groups; group++) {
    const [reference, width] = [references[group]!, widths[group]!];
    const largest = 2 ** (width === 0 ? bits : width) - 1;
    for (let k = 0; k < lengths[group]!; k++) {
      const packed = reader.next(width);
      const marks = width === 0 ? reference : packed; // of a group without bits the reference says that all are missing
      values[at++] = marks > largest - missing ? NaN : reference + packed;
    }
  }
  return values;
}

/** Differences become values again, in place; missing values are not there. */
function addUp(values: Float64Array, first: readonly number[], least: number): void {
  const [one, two] = [first[0]!, first[1]];
  let [previous, before, seen] = [0, 0, 0];
  for (let k = 0; k < values.length; k++) {
    if (Number.isNaN(values[k])) continue;
    const value = valueAt(seen++, values[k]! + least);
    values[k] = value;
    before = previous;
    previous = value;
  }
  function valueAt(index: number, difference: number): number {
    if (index === 0) return one;
    if (two === undefined) return previous + difference;
    return index === 1 ? two : 2 * previous - before + difference;
  }
}

function signMagnitude(reader: BitReader, octets: number): number {
  const value = reader.next(8 * octets);
  const sign = 2 ** (8 * octets - 1);
  return value >= sign ? sign - value : value;
}
