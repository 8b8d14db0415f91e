/**
 * From reflectivity to rain: Z = a·R^b, Z in mm⁶/m³, R in mm/h. Marshall & Palmer (1948) is a = 200, b = 1.6; agencies use others
 * by season and rain type.
 */
export interface ReflectivityRelation {
  readonly a: number;
  readonly b: number;
  /** Echoes below are no rain: insects, noise. */
  readonly floorDbz: number;
  /** Stronger echoes count as this: hail (53 dBZ is 76 mm/h by Marshall & Palmer). */
  readonly capDbz: number;
}

export const MARSHALL_PALMER: ReflectivityRelation = { a: 200, b: 1.6, floorDbz: 7, capDbz: 53 };

/** Rain rate, mm/h, of a reflectivity in dBZ; NaN stays NaN. */
export function rainRateOf(dbz: number, { a, b, floorDbz, capDbz }: ReflectivityRelation): number {
  if (dbz < floorDbz) return 0;
  return (10 ** (Math.min(dbz, capDbz) / 10) / a) ** (1 / b);
}
