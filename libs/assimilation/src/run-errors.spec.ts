import { describe, expect, it } from '@jest/globals';
import { HOUR_MS } from '#hydrology';
import { addError, newRunErrors, scaleByError, updateRunErrors } from './run-errors.js';

const lasting = Array.from({ length: 48 }, (_, k) => (k + 1) * HOUR_MS).reduce(
  (errors, time) => updateRunErrors(errors, { time, observed: 12, run: 10 }),
  newRunErrors(),
);
const at = 49 * HOUR_MS;

describe('errors of a run', () => {
  it('carries an error as it is on the additive scale and lets it grow with the flood on the relative one', () => {
    expect(addError(lasting, 100, at)).toBeGreaterThan(101.5);
    expect(addError(lasting, 100, at)).toBeLessThanOrEqual(102);
    expect(scaleByError(lasting, 100, at)).toBeGreaterThan(110);
  });

  it('returns to the run, and leaves it alone before the first observation', () => {
    expect(addError(newRunErrors(), 7, at)).toBeCloseTo(7, 9);
    expect(scaleByError(newRunErrors(), 7, at)).toBeCloseTo(7, 9);
    expect(addError(lasting, 100, at + 2000 * HOUR_MS)).toBeCloseTo(100, 2);
  });

  it('never goes below an empty river', () => {
    const dry = updateRunErrors(newRunErrors(), { time: HOUR_MS, observed: 0, run: 50 });
    expect(addError(dry, 1, 2 * HOUR_MS)).toBe(0);
    expect(scaleByError(dry, 1, 2 * HOUR_MS)).toBe(0);
  });
});
