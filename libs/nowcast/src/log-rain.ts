// taken out of the global once: in a sandboxed context each look-up of a global costs more than the sum it serves
const { log10 } = Math;

/**
 * Rain as the nowcast sees it: decibels above the least rain that counts, raised by a step that sets wet apart from dry.
 * Dry = 0; wet ≥ DRY_STEP_DB. Not seen stays NaN.
 */
export const LEAST_RATE = 0.1;
export const DRY_STEP_DB = 5;

/** mm/h → dB. Negative rates count as dry. */
export function toLogRain(rates: Float32Array): Float32Array {
  return rates.map(rate => (rate >= LEAST_RATE ? DRY_STEP_DB + 10 * log10(rate / LEAST_RATE) : rate !== rate ? NaN : 0));
}

/** dB → mm/h; below the middle of the step it is dry. */
export const toRate = (db: number): number => (db < DRY_STEP_DB / 2 ? 0 : LEAST_RATE * 10 ** ((db - DRY_STEP_DB) / 10));
