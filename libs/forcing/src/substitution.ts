import { MINUTE_MS, toIso, type EpochMs } from '#hydrology';

/**
 * Where the rain of a step comes from, best first: measured; given as known (a hindcast, a forecast grid); between the
 * measured hours on both sides of a hole; carried along its motion; both that and a weather model; a weather model; the last measured rain, fading; none.
 */
export const RAIN_ORIGINS = ['observed', 'known', 'interpolated', 'nowcast', 'blended', 'nwp', 'persistence', 'zero'] as const;
export type RainOrigin = (typeof RAIN_ORIGINS)[number];

/**
 * Why something else than the whole measured grid was used. hole: missing, though later rain has come; late: nothing has come
 * since; future: not fallen yet; cells: the grid came, but some cells have no usable value (NaN, negative, infinite); unusable:
 * the grid came, but holds too few usable cells or belongs to another mesh.
 */
export type SubstitutionReason = 'hole' | 'late' | 'future' | 'cells' | 'unusable';

/** Rain of (from, to] that is not the whole measured grid: what was used instead and why. */
export interface Substitution {
  readonly from: EpochMs;
  readonly to: EpochMs;
  readonly origin: RainOrigin;
  readonly reason: SubstitutionReason;
  /** Cells that were filled: the largest number of a step. */
  readonly cells: number;
}

const USED: Readonly<Record<RainOrigin, string>> = {
  observed: 'the mean of the other cells is used for them',
  known: 'the rain given as known is used',
  interpolated: 'the rain between the hours before and after is used',
  nowcast: 'the nowcast is used',
  blended: 'the nowcast, giving way to the weather model, is used',
  nwp: 'the weather model is used',
  persistence: 'the last received rain, fading, is used',
  zero: 'no rain is used',
};

/** Of rain that is expected, whose grids may say nothing of some cells. */
const EXPECTED: ReadonlySet<RainOrigin> = new Set(['nowcast', 'blended', 'nwp']);

/** One sentence for the operator. */
export function describeSubstitution({ from, to, origin, reason, cells }: Substitution): string {
  const span = `${spanOf(from, to)} (${Math.round((to - from) / MINUTE_MS)} min)`;
  const what: Readonly<Record<SubstitutionReason, string>> = {
    hole: `Rain of ${span} is missing though later rain has come`,
    late: `Rain of ${span} has not come yet`,
    future: `Rain of ${span} has not fallen yet`,
    cells: `Rain of ${span} has no usable value on ${cells} cells`,
    unusable: `Rain of ${span} came without usable values`,
  };
  const beside =
    EXPECTED.has(origin) && cells > 0 ? `, which says nothing of up to ${cells} cells; there the last received rain fades` : '';
  return `${what[reason]}; ${USED[origin]}${beside}`;
}

/** The day is said once where it is the same: 2014-11-04 14:00 to 14:15 UTC. */
function spanOf(from: EpochMs, to: EpochMs): string {
  const [[day, start], [endDay, end]] = [from, to].map(time => toIso(time).slice(0, 16).split('T')) as [[string, string], [string, string]];
  return `${day} ${start} to ${day === endDay ? '' : `${endDay} `}${end} UTC`;
}

/** Joins neighbouring substitutions of one origin and reason, so that a long gap is one line. */
export function mergeSubstitutions(steps: readonly Substitution[]): Substitution[] {
  const merged: Substitution[] = [];
  for (const step of steps) {
    const last = merged.at(-1);
    if (last !== undefined && last.to === step.from && last.origin === step.origin && last.reason === step.reason) {
      merged[merged.length - 1] = { ...last, to: step.to, cells: Math.max(last.cells, step.cells) };
    } else merged.push(step);
  }
  return merged;
}
