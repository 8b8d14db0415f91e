/** What one radar sees, on the cells of the composite. */
export interface RadarView {
  /** mm; NaN = not seen. */
  readonly depths: Float32Array;
  /** 0 … 1, null where the radar gives none: it counts as 1. */
  readonly quality: Float32Array | null;
  /** From the radar; only where it sees. */
  readonly distanceKm: Float32Array;
}

/** distance: the mean weighted by distance and quality; maximum: the largest depth. */
export type ComposeBy = 'distance' | 'maximum';

/**
 * A beam rises and widens with the distance, so what is near counts more: exp(−(d / 75 km)²). At 50 km a radar counts 35 times as much as one
 * at 150.
 */
const NEAR_KM = 75;

/** One field of what several radars see: NaN where none does, what one sees where no other does. Cells of quality 0 count where nobody sees better. */
export function composeRadars(views: readonly RadarView[], by: ComposeBy): Float32Array {
  const length = views[0]?.depths.length ?? 0;
  const composite = new Float32Array(length).fill(NaN);
  for (let cell = 0; cell < length; cell++) composite[cell] = by === 'maximum' ? largest(views, cell) : weighted(views, cell);
  return composite;
}

function largest(views: readonly RadarView[], cell: number): number {
  let most = NaN;
  for (const { depths } of views) if (!(depths[cell]! <= most) && depths[cell]! === depths[cell]!) most = depths[cell]!;
  return most;
}

function weighted(views: readonly RadarView[], cell: number): number {
  let [sum, weights] = [0, 0];
  for (const { depths, quality, distanceKm } of views) {
    const depth = depths[cell]!;
    if (depth !== depth) continue; // NaN
    const sure = quality === null ? 1 : quality[cell]! >= 0 ? quality[cell]! : 0;
    const weight = (sure + POOREST) * (Math.exp(-((distanceKm[cell]! / NEAR_KM) ** 2)) + FARTHEST);
    sum += weight * depth;
    weights += weight;
  }
  return weights === 0 ? NaN : sum / weights;
}

/** Left of a weight in the worst case, so that what is seen at all is never missing. */
const POOREST = 1e-3;
const FARTHEST = 1e-6;
