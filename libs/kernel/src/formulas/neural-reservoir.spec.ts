import { expect, test } from '@jest/globals';
import fc from 'fast-check';
import { neuralProduction, neuralTransfer, relativeRain, releasedShare } from './neural-reservoir.js';

const filling = fc.double({ min: 0, max: 1, noNaN: true });
const depth = fc.oneof(fc.constant(0), fc.double({ min: 0, max: 300, noNaN: true }));
const capacity = fc.double({ min: Math.log(1e-6), max: Math.log(1000), noNaN: true }).map(Math.exp);
const z = fc.oneof(fc.double({ min: -3, max: 3, noNaN: true }), fc.constantFrom(-1e6, -40, 0, 40, 1e6));
const exchanged = fc.double({ min: -50, max: 50, noNaN: true });
const known = fc.constantFrom(0, 1);
/** Of the water that is there. */
const ROUNDING = 1e-15;

const step = fc.constantFrom(300, 900, 3600, 86400);

test('production: the store stays within its bounds and water is neither made nor lost, whatever the network says', () => {
  fc.assert(
    fc.property(depth, depth, filling, capacity, step, fc.tuple(known, z, z, z), (pn, en, hp, cp, seconds, [forced, zps, zes, zperc]) => {
      const after = neuralProduction(pn, en, hp, cp, seconds, forced, zps, zes, zperc);
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

test('transfer: the same, and what the exchange brings is counted', () => {
  fc.assert(
    fc.property(depth, depth, filling, capacity, step, fc.tuple(exchanged, z, z), (pr, perc, ht, ct, seconds, [l, zin, zout]) => {
      const after = neuralTransfer(pr, perc, l, ht, ct, seconds, zin, zout);
      expect(after.ht).toBeGreaterThanOrEqual(0);
      expect(after.ht).toBeLessThanOrEqual(1);
      const size = pr + perc + ct + Math.abs(l);
      expect(after.qt).toBeGreaterThanOrEqual(-ROUNDING * size);
      const balance = pr + perc + after.exchanged - after.qt - ct * (after.ht - ht);
      expect(Math.abs(balance)).toBeLessThanOrEqual(8 * ROUNDING * size);
      if (l >= 0) expect(Math.abs(after.exchanged - 2 * l)).toBeLessThanOrEqual(8 * ROUNDING * size);
    }),
    { numRuns: 500 },
  );
});

test('a store releases as much in four quarter hours as in one hour, to first order', () => {
  const quarter = releasedShare(-1, 900);
  const hour = releasedShare(-1, 3600);
  expect(Math.abs(1 - (1 - quarter) ** 4 - hour)).toBeLessThan(hour * hour);
  expect(hour).toBeGreaterThan(0);
});

test('the rain that the network sees does not depend on the step, with ct that of the step', () => {
  const hourly = relativeRain(2, 300, 100, 3600);
  const quarterly = relativeRain(0.5, 300, 100 * Math.SQRT2, 900);
  expect(quarterly.rain).toBeCloseTo(hourly.rain, 12);
  expect(quarterly.supply).toBeCloseTo(hourly.supply, 12);
});
