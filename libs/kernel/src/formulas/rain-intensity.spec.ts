import { expect, test } from '@jest/globals';
import fc from 'fast-check';
import { VARIABLES } from '#hydrology';
import { intenseProduction } from './rain-intensity.js';
import { production } from './production.js';

const inside = (min: number, max: number) => fc.double({ min, max, noNaN: true });
const { alpha1, alpha2 } = VARIABLES;

// SMASH subtracts γ times the step in seconds: at its defaults the store fell to −0.19.
test('the store keeps its bounds and infiltration is no more than the rain, over all bounds of alpha1', () => {
  const capacity = fc.oneof(inside(1e-6, 1), inside(1, 1000));
  fc.assert(
    fc.property(fc.oneof(fc.constant(0), inside(1e-3, 300)), inside(0, 1), capacity, inside(alpha1.min, alpha1.max), (pn, hp, cp, a1) => {
      const out = intenseProduction(pn, 0, hp, cp, a1, alpha2.default, 3600, 1);
      expect(out.hp).toBeGreaterThanOrEqual(0);
      expect(out.hp).toBeLessThanOrEqual(1 + 1e-12);
      expect(out.pr).toBeGreaterThanOrEqual(-1e-12);
      expect(out.pr).toBeLessThanOrEqual(pn);
      expect(out.direct).toBeGreaterThanOrEqual(0.1);
      expect(out.direct).toBeLessThanOrEqual(1);
    }),
    { numRuns: 2000 },
  );
});

test('more intensity lets less in, and none of it is GR4', () => {
  const at = (a1: number) => intenseProduction(30, 0, 0.5, 200, a1, 1e-3, 3600, 1);
  expect(at(5e-4).pr).toBeGreaterThan(at(1e-4).pr);
  expect(at(0)).toMatchObject(production(30, 0, 0.5, 200, 3600, 1));
});
