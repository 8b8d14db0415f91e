/**
 * Forecast errors are filtered and blended as errors of 2√Q, between additive (which lets a small river's error grow with the
 * flood) and logarithmic (which multiplies a flood by the relative error of a trickle): Box and Cox 1964, λ = ½.
 */
export const toErrorSpace = (discharge: number): number => 2 * Math.sqrt(Math.max(0, discharge));

export const fromErrorSpace = (z: number): number => (z <= 0 ? 0 : (z / 2) ** 2);
