/** What one unit of a service is in m3/s, m, or of rain mm. Datums (AOD, ASD) do not change the unit; depths below a datum (mBDAT) are no stage. */
const UNITS: Readonly<Record<'Q' | 'H' | 'P', ReadonlyMap<string, number>>> = {
  Q: new Map([
    ...['m3/s', 'm³/s', 'm^3/s', 'm3_s', 'm3 s-1', 'm**3/s', 'cumec', 'cumecs'].map(unit => [unit, 1] as const),
    ...['l/s', 'l_s', 'L/s'].map(unit => [unit, 1e-3] as const),
    ...['ft3/s', 'ft^3/s', 'cfs', 'ft³/s'].map(unit => [unit, 0.3048 ** 3] as const),
    ...['Ml/d', 'Ml_d', 'ML/d'].map(unit => [unit, 1000 / 86_400] as const),
  ]),
  H: new Map([
    ...['m', 'mASD', 'mAOD', 'mSD'].map(unit => [unit, 1] as const),
    ...[['cm', 0.01] as const, ['mm', 1e-3] as const, ['ft', 0.3048] as const],
  ]),
  P: new Map([
    ...['mm', 'MM', 'Millimeter'].map(unit => [unit, 1] as const),
    ...['in', 'inch', 'inches'].map(unit => [unit, 25.4] as const),
  ]),
};

/** undefined for a unit that is not known for the quantity: nothing is guessed. */
export const unitOf = (variable: 'Q' | 'H' | 'P', unit: string): number | undefined => UNITS[variable].get(unit.trim());
