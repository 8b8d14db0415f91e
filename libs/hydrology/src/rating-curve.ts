import type { EpochMs } from './brand.js';

/** Stage to discharge over a period. */
export interface RatingTable {
  /** Valid in [from, to); null = open. */
  readonly from: EpochMs | null;
  readonly to: EpochMs | null;
  /** m, ascending, and m³/s, not descending; two points at least. */
  readonly stages: readonly number[];
  readonly discharges: readonly number[];
  /**
   * Between two points a straight line, or a power law: log Q straight over log (H − offset), offset in m (the stage of no flow),
   * as gauging practice draws it (ISO 18320).
   */
  readonly between: 'linear' | { readonly logarithmicAbove: number };
}

/** The tables of a station; of two that are valid at a time the one that began later counts. */
export type RatingCurve = readonly RatingTable[];

export interface RatedDischarge {
  /** m³/s, never negative. */
  readonly discharge: number;
  /** The stage lies above or below every gauged point: the last pair of points was carried on. */
  readonly extrapolated: boolean;
}

/**
 * Checks a curve.
 * @throws RangeError naming the table and what is wrong with it.
 */
export function ratingCurve(tables: readonly RatingTable[]): RatingCurve {
  if (tables.length === 0) throw new RangeError('a rating curve needs a table');
  tables.forEach(({ stages, discharges, from, to, between }, k) => {
    const refuse = (what: string): never => {
      throw new RangeError(`table ${k + 1} of the rating curve ${what}`);
    };
    if (stages.length < 2 || stages.length !== discharges.length) refuse(`has ${stages.length} stages and ${discharges.length} discharges`);
    if (![...stages, ...discharges].every(Number.isFinite)) refuse('holds something that is no number');
    if (stages.some((stage, i) => i > 0 && stage <= stages[i - 1]!)) refuse('has stages that do not ascend');
    if (discharges.some((flow, i) => flow < 0 || (i > 0 && flow < discharges[i - 1]!)))
      refuse('has discharges that descend or are negative');
    if (from !== null && to !== null && from >= to) refuse('ends before it begins');
    if (between !== 'linear' && between.logarithmicAbove >= stages[0]!) refuse('has its stage of no flow above its lowest point');
    if (between !== 'linear' && discharges[0] === 0) refuse('begins at no flow, where a logarithm has no value; use its stage of no flow');
  });
  return tables;
}

/**
 * Discharge of a stage (m) at a time; null when no table is valid then. Beyond the gauged points the last pair of points is
 * carried on and the value is marked.
 */
export function dischargeAt(curve: RatingCurve, stage: number, time: EpochMs): RatedDischarge | null {
  const valid = curve.filter(({ from, to }) => (from === null || from <= time) && (to === null || time < to));
  if (valid.length === 0) return null;
  const table = valid.reduce((latest, next) => ((next.from ?? -Infinity) >= (latest.from ?? -Infinity) ? next : latest));
  const { stages, discharges, between } = table;
  const above = stages.findIndex(point => point >= stage);
  const upper = above < 0 ? stages.length - 1 : Math.max(1, above);
  const ends = { low: upper - 1, high: upper };
  const extrapolated = stage < stages[0]! || stage > stages.at(-1)!;
  const [lowFlow, highFlow] = [discharges[ends.low]!, discharges[ends.high]!];
  if (between === 'linear') {
    const share = (stage - stages[ends.low]!) / (stages[ends.high]! - stages[ends.low]!);
    return { discharge: Math.max(0, lowFlow + share * (highFlow - lowFlow)), extrapolated };
  }
  const height = stage - between.logarithmicAbove;
  if (height <= 0) return { discharge: 0, extrapolated };
  const [low, high] = [stages[ends.low]! - between.logarithmicAbove, stages[ends.high]! - between.logarithmicAbove];
  const exponent = Math.log(highFlow / lowFlow) / Math.log(high / low);
  return { discharge: lowFlow * (height / low) ** exponent, extrapolated };
}
