import { exchange } from '../../../libs/kernel/src/formulas/exchange.js';
import { interception } from '../../../libs/kernel/src/formulas/interception.js';
import { exp, sqrt, tanh } from '../../../libs/kernel/src/formulas/intrinsics.js';
import { overflow } from '../../../libs/kernel/src/formulas/power-store.js';
import { percolationScale } from '../../../libs/kernel/src/formulas/production.js';
import { intenseTransfer } from '../../../libs/kernel/src/formulas/rain-intensity.js';
import type { Structure } from '../../../libs/kernel/src/structure.js';

/**
 * gr4_ri as it is published, with the amount that γ takes off the infiltration as SMASH has it (`bypass` = γ·Δt in seconds) or in the
 * unit of the equation (γ·pn). The register's kb serves as the switch between the two: 2 as SMASH, 1 in its unit.
 */
export const gr4_ri_published: Structure = {
  title: 'GR4 with rain intensity as published',
  source: 'Astagneau et al. 2022; SMASH',
  slots: { interception, production: publishedProduction, exchange, transfer: intenseTransfer },
  evaporation: ['ei', 'es'],
  exchange: ['exchanged'],
  stores: { hi: 'ci', hp: 'cp', ht: 'ct' },
};

export function publishedProduction(
  pn: number,
  en: number,
  hp: number,
  cp: number,
  alpha1: number,
  alpha2: number,
  kb: number,
  stepSeconds: number,
  known: number,
) {
  const g = 1 - exp(-alpha1 * pn);
  const lam = sqrt(1 - g);
  const w = tanh((lam * pn) / cp);
  const bypass = g * ((kb - 1) * stepSeconds + (2 - kb) * pn);
  const ps = ((cp / lam) * w * (1 - lam * hp * (lam * hp))) / (1 + lam * hp * w) - bypass;
  const v = tanh(en / cp);
  const es = (hp * cp * (2 - hp) * v) / (1 + (1 - hp) * v);
  const wetted = hp + (ps - es) / cp;
  const leak = known * wetted * overflow(wetted / percolationScale(stepSeconds));
  const intense = tanh(alpha2 * pn);
  return { hp: wetted - leak, pr: pn > 0 ? pn - ps : 0, perc: cp * leak, es, direct: 0.1 + 0.9 * (intense * intense) };
}
