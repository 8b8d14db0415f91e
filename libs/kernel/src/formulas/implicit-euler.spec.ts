import { expect, test } from '@jest/globals';
import fc from 'fast-check';
import { implicitProduction, implicitTransfer, settle } from './implicit-euler.js';

/** Capacities down to 1e-6 mm, as likely small as large. */
const capacity = fc.double({ min: Math.log(1e-6), max: Math.log(1000), noNaN: true }).map(Math.exp);
const filling = fc.double({ min: 1e-6, max: 1 - 1e-6, noNaN: true });
const exchange = fc.double({ min: -50, max: 50, noNaN: true });
/** Dry, drizzle, or up to 300 mm in a step. */
const rain = fc.oneof(fc.constant(0), fc.double({ min: 1e-3, max: 1, noNaN: true }), fc.double({ min: 1, max: 300, noNaN: true }));
const demand = fc.double({ min: 0, max: 5, noNaN: true });

test('the production store keeps its bounds and its water, however small it is', () => {
  fc.assert(
    fc.property(capacity, filling, rain, demand, (cp, hp, pn, demanded) => {
      const en = pn > 0 ? 0 : demanded;
      const out = implicitProduction(pn, en, hp, cp);
      expect(out.hp).toBeGreaterThanOrEqual(0);
      expect(out.hp).toBeLessThanOrEqual(1);
      expect(Math.min(out.pr, out.es)).toBeGreaterThanOrEqual(0);
      expect(Math.abs(cp * (out.hp - hp) - (pn - out.pr - out.es))).toBeLessThanOrEqual(1e-12 * (cp + pn + en));
    }),
    { numRuns: 2000 },
  );
});

test('the production store solves its equation', () => {
  fc.assert(
    fc.property(fc.double({ min: 1, max: 1000, noNaN: true }), filling, rain, demand, (cp, hp, pn, demanded) => {
      const en = pn > 0 ? 0 : demanded;
      const { hp: h } = implicitProduction(pn, en, hp, cp);
      expect(Math.abs(cp * (h - hp) - ((1 - h * h) * pn - h * (2 - h) * en))).toBeLessThanOrEqual(1e-10 * (cp + pn + en));
    }),
    { numRuns: 1000 },
  );
});

test('the transfer store settles within its bounds and keeps its water where it loses or gains little', () => {
  fc.assert(
    fc.property(capacity, filling, exchange, rain, (ct, ht, kexc, pr) => {
      const out = implicitTransfer(pr, ht, ct, Math.min(kexc, ct / 2), 1);
      expect(out.ht).toBeGreaterThan(0);
      expect(out.ht).toBeLessThanOrEqual(1);
      expect(out.qt).toBeGreaterThanOrEqual(0);
      expect(Math.abs(ct * (out.ht - ht) - (pr + out.exchanged - out.qt))).toBeLessThanOrEqual(1e-6 * (1 + pr));
    }),
    { numRuns: 5000 },
  );
});

test('a gain that makes the store run away leaves it at most full, and the balance closes to 1e-3 mm', () => {
  fc.assert(
    fc.property(capacity, filling, fc.double({ min: 1, max: 50, noNaN: true }), rain, (ct, ht, kexc, pr) => {
      const out = implicitTransfer(pr, ht, ct, kexc, 1);
      expect(out.ht).toBeLessThanOrEqual(1);
      expect(Math.abs(ct * (out.ht - ht) - (pr + out.exchanged - out.qt))).toBeLessThanOrEqual(1e-3);
    }),
    { numRuns: 5000 },
  );
});

test('the settled filling is the root', () => {
  fc.assert(
    fc.property(fc.double({ min: 1e-3, max: 1, noNaN: true }), fc.double({ min: -1e7, max: 0.25, noNaN: true }), (inflow, gain) => {
      const x = settle(inflow, gain, 0.25);
      expect(Math.abs(x + 0.25 * x ** 5 - gain * x ** 3.5 - inflow)).toBeLessThanOrEqual(1e-12 * inflow + 1e-12);
    }),
    { numRuns: 5000 },
  );
});
