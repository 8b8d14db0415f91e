import { implicitProduction, implicitTransfer } from '../formulas/implicit-euler.js';
import { interception } from '../formulas/interception.js';
import type { Structure } from '../structure.js';

export const gr4_ode: Structure = {
  title: 'GR4 as differential equations, implicit Euler',
  source: 'Santos et al. 2018; Perrin et al. 2003',
  slots: { interception, production: implicitProduction, transfer: implicitTransfer },
  evaporation: ['ei', 'es'],
  exchange: ['exchanged'],
  stores: { hi: 'ci', hp: 'cp', ht: 'ct' },
};
