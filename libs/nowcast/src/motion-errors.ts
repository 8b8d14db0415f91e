import { uniformNumbers } from '#hydrology';
import type { VectorField } from './displacement.js';
import { raster } from './raster.js';

/**
 * Error of the motion after t minutes, km/h, along and across it: a·t^b + c with the coefficients of pySTEPS (Pulkkinen 2019, after
 * Bowler 2006), Laplace distributed, one draw for a member.
 */
const ALONG = [10.88, 0.23, -7.68] as const;
const ACROSS = [5.76, 0.31, -2.72] as const;

interface Disturbance {
  readonly spread: number;
  readonly seed: number;
}

/** The ways back of one member: the shared ones and its own error, along and across the motion at each node. */
export function disturbWays(
  ways: readonly VectorField[],
  motion: VectorField,
  { stepMinutes, cellKm }: { readonly stepMinutes: number; readonly cellKm: number },
  { spread, seed }: Disturbance,
): VectorField[] {
  const uniform = uniformNumbers(seed);
  const [along, across] = [laplace(uniform), laplace(uniform)];
  return ways.map((way, n) => {
    const minutes = (n + 1) * stepMinutes;
    const cells = (spread * minutes) / 60 / cellKm;
    const [a, b] = [along * cells * errorAt(minutes, ALONG), across * cells * errorAt(minutes, ACROSS)];
    const next = { spacing: way.spacing, down: raster(way.down.rows, way.down.columns), right: raster(way.right.rows, way.right.columns) };
    for (let k = 0; k < way.down.values.length; k++) {
      const [d, r] = [motion.down.values[k]!, motion.right.values[k]!];
      const speed = Math.hypot(d, r);
      const [unitDown, unitRight] = speed > 0 ? [d / speed, r / speed] : [0, 0];
      next.down.values[k] = way.down.values[k]! - a * unitDown - b * unitRight;
      next.right.values[k] = way.right.values[k]! - a * unitRight + b * unitDown;
    }
    return next;
  });
}

const errorAt = (minutes: number, [a, b, c]: readonly [number, number, number]): number => Math.max(0, a * minutes ** b + c);

/** Zero mean, unit variance. */
function laplace(uniform: () => number): number {
  const u = uniform() - 0.5;
  return (-Math.sign(u) * Math.log(1 - 2 * Math.abs(u))) / Math.SQRT2;
}
