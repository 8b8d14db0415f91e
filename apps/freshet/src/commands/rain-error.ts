import { HOUR_MS, type RainGrid } from '#hydrology';

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

/** Standard normal deviates: Box and Muller (1958) on mulberry32. */
function normalDeviates(seed: number): () => number {
  let state = seed >>> 0;
  const uniform = (): number => {
    state = (state + 0x6d2b79f5) >>> 0;
    let t = Math.imul(state ^ (state >>> 15), 1 | state);
    t = (t + Math.imul(t ^ (t >>> 7), 61 | t)) ^ t;
    return ((t ^ (t >>> 14)) >>> 0) / 4294967296;
  };
  return () => Math.sqrt(-2 * Math.log(1 - uniform())) * Math.cos(2 * Math.PI * uniform());
}
