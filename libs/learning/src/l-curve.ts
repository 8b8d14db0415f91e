/** What a fit with one weight of the background term came to. */
export interface LCurvePoint {
  readonly weight: number;
  /** The cost of the discharge alone. */
  readonly misfit: number;
  /** Σ ((x − mean)/deviation)² of the control, without its weight. */
  readonly background: number;
}

/** From heavy to light, half a decade apart: the fit is stiff at one end and free at the other. */
export const L_CURVE_WEIGHTS: readonly number[] = Array.from({ length: 9 }, (_, k) => 10 ** (-1 - k / 2));

/**
 * Index of the corner of an L-curve (Hansen 1992): of the points from heavy to light weights, in logarithms of misfit and background brought to 0..1, the one that
 * lies farthest from the line between the ends, towards the origin. Before it a lighter weight buys much fit for little departure, behind it little fit
 * for much. A curve that bends the other way has no corner: the heaviest weight is taken, for caution.
 */
export function cornerOf(points: readonly LCurvePoint[]): number {
  const misfit = share(points.map(point => Math.log(point.misfit)));
  const background = share(points.map(point => Math.log(point.background)));
  // From (1, 0), much misfit and no departure, to (0, 1); below the line between them x + y < 1.
  const depth = points.map((_, k) => 1 - misfit[k]! - background[k]!);
  const deepest = depth.reduce((best, value, k) => (value > depth[best]! ? k : best), 0);
  return depth[deepest]! > 1e-9 ? deepest : 0;
}

function share(values: readonly number[]): number[] {
  const [least, most] = [Math.min(...values), Math.max(...values)];
  return values.map(value => (value - least) / (most - least || 1));
}
