export interface SpokeSettings {
  /** A ray is a spoke from this share of wet bins on … */
  readonly share: number;
  /** … and this many times the share of the rays beside it. */
  readonly factor: number;
}

export interface Rays {
  readonly rays: number;
  readonly bins: number;
  /** [ray × bins + bin]; NaN = not seen. */
  readonly values: Float32Array;
}

/** A disturbance by another transmitter is a few rays wide at most. */
const WIDEST = 3;
/** Bins that must have been seen for a share to mean something. */
const LEAST_SEEN = 50;

/**
 * Rays that are wet along most of their way while those beyond them, on both sides, are not: another transmitter or a blocked beam. Up
 * to three rays wide. Depends on what is wet, not on how wet.
 */
export function findSpokes(field: Rays, { share, factor }: SpokeSettings): number[] {
  const shares = wetShares(field);
  const beside = (ray: number, way: 1 | -1): number => {
    for (let k = 1; k <= WIDEST; k++) {
      const other = shares[(ray + way * k + field.rays) % field.rays]!;
      if (!(other >= share)) return other; // NaN too: nobody knows
    }
    return NaN;
  };
  return Array.from({ length: field.rays }, (_, ray) => ray).filter(ray => {
    const own = shares[ray]!;
    return own >= share && own >= factor * beside(ray, 1) && own >= factor * beside(ray, -1);
  });
}

function wetShares({ rays, bins, values }: Rays): Float64Array {
  return Float64Array.from({ length: rays }, (_, ray) => {
    let [seen, wet] = [0, 0];
    for (let k = ray * bins; k < (ray + 1) * bins; k++) {
      const value = values[k]!;
      if (value !== value) continue;
      seen++;
      if (value > 0) wet++;
    }
    return seen < LEAST_SEEN ? NaN : wet / seen;
  });
}
