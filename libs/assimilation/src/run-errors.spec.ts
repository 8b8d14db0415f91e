import { describe, expect, it } from '@jest/globals';
import { HOUR_MS } from '#hydrology';
import { CORRECTIONS, correctRun, newRunErrors, updateRunErrors } from './run-errors.js';

const lasting = Array.from({ length: 48 }, (_, k) => (k + 1) * HOUR_MS).reduce(
  (errors, time) => updateRunErrors(errors, { time, observed: 12, run: 10 }),
  newRunErrors(),
);
const at = 49 * HOUR_MS;

describe('errors of a run', () => {
  it('carries an error as it is on the additive scale and lets it grow with the flood on the relative one', () => {
    const [additive = 0, additiveLasting = 0, relative = 0, relativeLasting = 0] = correctRun(lasting, 100, at);
    expect(additive).toBeGreaterThan(101.5);
    expect(additiveLasting).toBeLessThanOrEqual(102);
    expect(relative).toBeGreaterThan(108);
    expect(relativeLasting).toBeGreaterThan(110);
  });

  it('returns to the run, and leaves it alone before the first observation', () => {
    correctRun(newRunErrors(), 7, at).forEach(value => {
      expect(value).toBeCloseTo(7, 9);
    });
    const [additive = 0] = correctRun(lasting, 100, at + 2000 * HOUR_MS);
    expect(additive).toBeCloseTo(100, 2);
    expect(correctRun(lasting, 100, at)).toHaveLength(CORRECTIONS.length);
  });

  it('never goes below an empty river', () => {
    const dry = updateRunErrors(newRunErrors(), { time: HOUR_MS, observed: 0, run: 50 });
    correctRun(dry, 1, 2 * HOUR_MS).forEach(value => {
      expect(value).toBeGreaterThanOrEqual(0);
    });
  });
});
