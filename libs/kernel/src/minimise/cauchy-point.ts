import type { Bounds } from './bounds.js';
import { dot, type LimitedMemory } from './limited-memory.js';

/** The first minimiser of the quadratic model along the projected gradient path, and c = Wᵀ(xᶜ − x). */
export interface CauchyPoint {
  readonly x: Float64Array;
  readonly c: Float64Array;
}

interface Path {
  readonly breaks: Float64Array;
  readonly direction: Float64Array;
  /** Controls that reach a bound along the path, soonest first. */
  readonly order: readonly number[];
}

/** Generalised Cauchy point (Byrd, Lu, Nocedal and Zhu 1995, algorithm CP): walks the path from bound to bound. */
export function cauchyPoint(x: Float64Array, gradient: Float64Array, bounds: Bounds, memory: LimitedMemory): CauchyPoint {
  const { breaks, direction, order } = projectedPath(x, gradient, bounds);
  const theta = memory.scale;
  const point = Float64Array.from(x);
  const c = new Float64Array(memory.width);
  const p = memory.project(direction);
  let slope = -dot(direction, direction);
  let curvature = -theta * slope - dot(p, memory.applyMiddle(p));
  let reached = 0;
  let remaining = slope === 0 ? 0 : -slope / curvature;
  for (const b of order) {
    const stretch = breaks[b]! - reached;
    if (remaining < stretch) break;
    const g = gradient[b]!;
    point[b] = direction[b]! > 0 ? bounds.upper[b]! : bounds.lower[b]!;
    accumulate(c, stretch, p);
    const w = memory.row(b);
    const middleW = memory.applyMiddle(w);
    slope += stretch * curvature + g * g + theta * g * (point[b] - x[b]!) - g * dot(middleW, c);
    curvature += -theta * g * g - 2 * g * dot(middleW, p) - g * g * dot(middleW, w);
    accumulate(p, g, w);
    direction[b] = 0;
    reached = breaks[b]!;
    remaining = slope < 0 ? -slope / Math.max(curvature, Number.EPSILON * theta) : 0;
  }
  remaining = Math.max(0, remaining);
  for (let i = 0; i < x.length; i++) if (direction[i] !== 0) point[i] = x[i]! + (reached + remaining) * direction[i]!;
  accumulate(c, remaining, p);
  return { x: point, c };
}

/** Eq. 4.1–4.2: how far each control can follow −g before it meets its bound. */
function projectedPath(x: Float64Array, gradient: Float64Array, { lower, upper }: Bounds): Path {
  const direction = new Float64Array(x.length);
  const breaks = x.map((value, i) => {
    const g = gradient[i]!;
    const room = g < 0 ? (value - upper[i]!) / g : g > 0 ? (value - lower[i]!) / g : Infinity;
    if (room > 0) direction[i] = -g;
    return room;
  });
  const order = [...breaks.keys()].filter(i => breaks[i]! > 0 && breaks[i]! < Infinity).sort((a, b) => breaks[a]! - breaks[b]!);
  return { breaks, direction, order };
}

function accumulate(sum: Float64Array, factor: number, term: Float64Array): void {
  for (let i = 0; i < sum.length; i++) sum[i] = sum[i]! + factor * term[i]!;
}
