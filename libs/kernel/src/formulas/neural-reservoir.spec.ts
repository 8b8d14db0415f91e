import { expect, test } from '@jest/globals';
import fc from 'fast-check';
import { neuralProduction, neuralTransfer } from './neural-reservoir.js';

const filling = fc.double({ min: 0, max: 1, noNaN: true });
const depth = fc.oneof(fc.constant(0), fc.double({ min: 0, max: 300, noNaN: true }));
const capacity = fc.double({ min: Math.log(1e-6), max: Math.log(1000), noNaN: true }).map(Math.exp);
const z = fc.oneof(fc.double({ min: -3, max: 3, noNaN: true }), fc.constantFrom(-1e6, -40, 0, 40, 1e6));
const known = fc.constantFrom(0, 1);
/** Of the water that is there. */
const ROUNDING = 1e-15;

test('production: the store stays within its bounds and water is neither made nor lost, whatever the network says', () => {
  fc.assert(
    fc.property(depth, depth, filling, capacity, known, fc.tuple(z, z, z), (pn, en, hp, cp, forced, [zps, zes, zperc]) => {
      const after = neuralProduction(pn, en, hp, cp, forced, zps, zes, zperc);
      expect(after.hp).toBeGreaterThanOrEqual(0);
      expect(after.hp).toBeLessThanOrEqual(1);
      const size = pn + en + cp;
      for (const flux of [after.pr, after.es, after.perc]) expect(flux).toBeGreaterThanOrEqual(-ROUNDING * size);
      expect(after.es).toBeLessThanOrEqual(en + ROUNDING * size);
      const balance = pn - after.pr - after.es - after.perc - cp * (after.hp - hp);
      expect(Math.abs(balance)).toBeLessThanOrEqual(4 * ROUNDING * size);
    }),
    { numRuns: 500 },
  );
});

test('transfer: the same', () => {
  fc.assert(
    fc.property(depth, depth, filling, capacity, fc.tuple(z, z), (pr, perc, ht, ct, [zin, zout]) => {
      const after = neuralTransfer(pr, perc, ht, ct, zin, zout);
      expect(after.ht).toBeGreaterThanOrEqual(0);
      expect(after.ht).toBeLessThanOrEqual(1);
      const size = pr + perc + ct;
      expect(after.qt).toBeGreaterThanOrEqual(-ROUNDING * size);
      expect(Math.abs(pr + perc - after.qt - ct * (after.ht - ht))).toBeLessThanOrEqual(4 * ROUNDING * size);
    }),
    { numRuns: 500 },
  );
});
