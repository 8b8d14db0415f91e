import { exchange } from '../formulas/exchange.js';
import { interception } from '../formulas/interception.js';
import { production } from '../formulas/production.js';
import { transfer } from '../formulas/transfer.js';
import type { Structure } from '../structure.js';

export const gr4: Structure = {
  title: 'GR4: interception, production and one power store',
  source: 'Perrin et al. 2003; interception and hourly percolation Ficchì et al. 2019',
  slots: { interception, production, exchange, transfer },
  evaporation: ['ei', 'es'],
  exchange: ['exchanged'],
  stores: { hi: 'ci', hp: 'cp', ht: 'ct' },
};
