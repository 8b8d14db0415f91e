import { expect, test } from '@jest/globals';
import { production } from './formulas/production.js';
import { exchange } from './formulas/exchange.js';
import { transfer } from './formulas/transfer.js';
import { intenseProduction } from './formulas/rain-intensity.js';
import { grReservoirs, neuralReservoirs, reservoirInputs, type ReservoirStep } from './reservoir-laws.js';

const step: ReservoirStep = { pn: 12, en: 0, pri: 12, hp: 0.6, ht: 0.4, cp: 300, ct: 90, kexc: -0.7, stepSeconds: 3600 };

test('without intensity the fluxes are those of the formulas of GR4', () => {
  const { pr, perc, es } = production(12, 0, 0.6, 300, 3600, 1);
  const { l } = exchange(0.4, -0.7, 1);
  const fluxes = grReservoirs(step);
  expect([fluxes.ps, fluxes.perc, fluxes.es, fluxes.l]).toEqual([12 - pr, perc, es, l]);
  expect(fluxes.qt).toBeCloseTo(transfer(pr, perc, l, 0.4, 90).qt, 12);
});

test('with it and P_ri equal to net rain the production is that of GR-RI', () => {
  const { pr, perc } = intenseProduction(12, 0, 0.6, 300, 0.02, 0.01, 3600, 1);
  const fluxes = grReservoirs(step, { alpha1: 0.02, alpha2: 0.01 });
  expect(fluxes.ps).toBeCloseTo(12 - pr, 12);
  expect(fluxes.perc).toBeCloseTo(perc, 12);
  expect(grReservoirs({ ...step, pri: 40 }, { alpha1: 0.02, alpha2: 0.01 }).ps).toBeLessThan(fluxes.ps);
});

test('fluxes of neural reservoirs close the balance of both stores', () => {
  const { ps, perc, l, routed, qr, qt } = neuralReservoirs(step, [0.3, -1, -2, -0.5, 1, -1.2]);
  expect(qt).toBeCloseTo(qr + (12 - ps + perc - routed) + l, 12);
  expect(reservoirInputs(step)).toMatchObject({ hp: 0.6, ht: 0.4, en: 0, rain: 12 / 42, intensity: 12 / 32 });
});
