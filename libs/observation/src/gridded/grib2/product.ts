import { DAY_MS, HOUR_MS, MINUTE_MS, SECOND_MS, epochMs, type EpochMs } from '#hydrology';
import { Refusal } from '../../reject.js';
import type { GribField } from './messages.js';
import type { Section } from './octets.js';

/** What a field says and when. */
export interface GribProduct {
  /** discipline.category.number: 0.1.8 is total precipitation. */
  readonly parameter: string;
  /** Issue time of a forecast; the time of an analysis. */
  readonly reference: EpochMs;
  readonly from: EpochMs;
  readonly to: EpochMs;
  /** Number of the member of an ensemble; null for a single forecast. */
  readonly member: number | null;
  /** Code table 4.10: 0 mean, 1 sum over the interval …; null for an instant. */
  readonly process: number | null;
}

/** Code table 4.4. */
const UNIT_MS: Readonly<Record<number, number>> = {
  ...{ 0: MINUTE_MS, 1: HOUR_MS, 2: DAY_MS, 10: 3 * HOUR_MS, 11: 6 * HOUR_MS, 12: 12 * HOUR_MS, 13: SECOND_MS },
};

/** First octet of the end of the statistics, by template: of a single forecast, of a member. */
const STATISTICS: Readonly<Record<number, number>> = { 8: 35, 11: 38 };
const MEMBERS: ReadonlySet<number> = new Set([1, 11]);

/** @throws Refusal FIELD_MISSING for a template that is not known, TIME_IMPLAUSIBLE for times that are none */
export function readProduct({ discipline, identification, product }: GribField): GribProduct {
  const template = product.unsigned(8, 2);
  if (template !== 0 && template !== 1 && STATISTICS[template] === undefined) {
    throw new Refusal('FIELD_MISSING', `describes a field by template 4.${template}; 4.0, 4.1, 4.8 and 4.11 are read`);
  }
  const reference = timeAt(identification, 13);
  const ahead = epochMs(reference + durationOf(product.unsigned(18, 1), product.signed(19, 4)));
  const end = STATISTICS[template];
  if (end !== undefined && product.unsigned(end + 7, 1) !== 1) {
    throw new Refusal('FIELD_MISSING', `describes its interval by ${product.unsigned(end + 7, 1)} ranges of time; one is read`);
  }
  return {
    ...{ parameter: `${discipline}.${product.unsigned(10, 1)}.${product.unsigned(11, 1)}`, reference },
    ...{ from: ahead, to: end === undefined ? ahead : timeAt(product, end) },
    member: MEMBERS.has(template) ? product.unsigned(36, 1) : null,
    process: end === undefined ? null : product.unsigned(end + 12, 1),
  };
}

function durationOf(unit: number, count: number): number {
  const unitMs = UNIT_MS[unit];
  if (unitMs !== undefined) return count * unitMs;
  throw new Refusal('TIME_IMPLAUSIBLE', `counts its lead in a unit that is no length of time (${unit})`);
}

/** Year, month, day, hour, minute and second from an octet on. */
function timeAt(section: Section, octet: number): EpochMs {
  const [month, day, hour, minute, second] = [2, 3, 4, 5, 6].map(k => section.unsigned(octet + k, 1)) as [
    number,
    number,
    number,
    number,
    number,
  ];
  if (month < 1 || month > 12 || day < 1 || day > 31 || hour > 24 || minute > 59 || second > 60) {
    throw new Refusal('TIME_IMPLAUSIBLE', `has a time that is none: month ${month}, day ${day}, ${hour}:${minute}`);
  }
  return epochMs(Date.UTC(section.unsigned(octet, 2), month - 1, day, hour, minute, second));
}
