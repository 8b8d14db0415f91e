import { exchange } from '../formulas/exchange.js';
import { interception } from '../formulas/interception.js';
import { tightProduction } from '../formulas/production.js';
import { twinTransfer } from '../formulas/transfer.js';
import type { Structure } from '../structure.js';

export const grc: Structure = {
  title: 'GRC: two power stores side by side, no percolation',
  source: 'SMASH (gr-c); stores of Perrin et al. 2003',
  slots: { interception, production: tightProduction, exchange, transfer: twinTransfer },
  evaporation: ['ei', 'es'],
  exchange: ['exchanged'],
  stores: { hi: 'ci', hp: 'cp', ht: 'ct', hl: 'cl' },
};
