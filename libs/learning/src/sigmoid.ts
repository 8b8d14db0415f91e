/** The range of a parameter or state. */
export interface Range {
  readonly lower: number;
  readonly upper: number;
}

/** S(z) = l + (u − l)/(1 + e^−z): any control becomes a value inside the range. */
export const sigmoid = (z: number, { lower, upper }: Range): number => lower + (upper - lower) / (1 + Math.exp(-z));

/** dS/dz. */
export function sigmoidSlope(z: number, { lower, upper }: Range): number {
  const share = 1 / (1 + Math.exp(-z));
  return (upper - lower) * share * (1 - share);
}

/** S⁻¹, of the value brought at least a millionth of the range inside, where it would be infinite. */
export function inverseSigmoid(value: number, { lower, upper }: Range): number {
  const share = Math.min(1 - MARGIN, Math.max(MARGIN, (value - lower) / (upper - lower)));
  return Math.log(share / (1 - share));
}

const MARGIN = 1e-6;
