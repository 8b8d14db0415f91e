import type { LoadedDomain } from '#config';
import type { Station } from '#hydrology';
import type { Period } from '../record-inputs.js';

export const DESIGNS = ['calibration', 'temporal', 'spatial', 'spatiotemporal'] as const;
export type Design = (typeof DESIGNS)[number];

/** Which period is fitted: the one that was asked for, or the other. */
export type Split = 'given' | 'swapped';

export interface ValidationPlan {
  readonly designs: readonly Design[];
  readonly methods: readonly string[];
  readonly splits: readonly Split[];
  readonly calibration: Period;
  readonly validation: Period;
  /** Left out of the second scores, to see how much of them it makes. */
  readonly without?: Period;
  readonly seed: number;
}

/** Fitted and validated period of a split. */
export const periodsOf = (
  { calibration, validation }: ValidationPlan,
  split: Split,
): { readonly fitted: Period; readonly later: Period } =>
  split === 'given' ? { fitted: calibration, later: validation } : { fitted: validation, later: calibration };

/** What a design is scored on. */
export function scoredPeriod(plan: ValidationPlan, split: Split, design: Design): Period {
  const { fitted, later } = periodsOf(plan, split);
  return design === 'temporal' || design === 'spatiotemporal' ? later : fitted;
}

/** Fits that designs share: on all gauges, and on all but one. */
export interface Group {
  readonly designs: readonly Design[];
  readonly fittedOn: readonly Station[];
  readonly scoredAt: readonly Station[];
}

export function groupsOf(designs: readonly Design[], gauges: readonly Station[]): Group[] {
  const among = (names: readonly Design[]): Design[] => designs.filter(design => names.includes(design));
  const [known, left] = [among(['calibration', 'temporal']), among(['spatial', 'spatiotemporal'])];
  const all: Group = { designs: known, fittedOn: gauges, scoredAt: gauges };
  const without = gauges.map((gauge): Group => ({ designs: left, fittedOn: gauges.filter(each => each !== gauge), scoredAt: [gauge] }));
  return [all, ...without].filter(group => group.designs.length > 0 && group.fittedOn.length > 0);
}

/** Scores that a plan will give. */
export const scoreCount = ({ designs, methods, splits }: ValidationPlan, { stations }: LoadedDomain): number =>
  splits.length * designs.length * methods.length * stations.filter(({ gauged }) => gauged).length;
