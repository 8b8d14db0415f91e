import { noInterception } from '../formulas/interception.js';
import { loieauProduction } from '../formulas/production.js';
import { loieauTransfer } from '../formulas/transfer.js';
import type { Structure } from '../structure.js';

export const loieau: Structure = {
  title: 'Loieau: GR without interception and exchange, its runoff corrected by a factor',
  source: 'Folton and Arnaud 2020; Perrin et al. 2003',
  slots: { interception: noInterception, production: loieauProduction, transfer: loieauTransfer },
  evaporation: ['ei', 'es'],
  exchange: ['exchanged'],
  stores: { ha: 'ca', hc: 'cc' },
};
