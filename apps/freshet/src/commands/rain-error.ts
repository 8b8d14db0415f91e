import { HOUR_MS, normalDeviates, type RainGrid } from '#hydrology';

export interface RainError {
  /** Standard deviation of the log factor. */
  readonly sd: number;
  /** e-folding time of its autocorrelation. */
  readonly memoryHours: number;
  readonly seed: number;
}

/**
 * All rain multiplied by one slow random factor exp(sd·x − sd²/2), x a first-order autoregressive process of unit variance:
 * a radar whose bias wanders and whose mean is right. The same seed gives the same factors.
 */
export function disturbRain(rain: readonly RainGrid[], { sd, memoryHours, seed }: RainError): RainGrid[] {
  const draw = normalDeviates(seed);
  let [x, last] = [draw(), rain[0]?.validTime ?? 0];
  return rain.map(grid => {
    const keep = Math.exp(-(grid.validTime - last) / (memoryHours * HOUR_MS));
    x = keep * x + Math.sqrt(1 - keep * keep) * draw();
    last = grid.validTime;
    const factor = Math.exp(sd * x - (sd * sd) / 2);
    return { ...grid, values: grid.values.map(depth => depth * factor) };
  });
}
