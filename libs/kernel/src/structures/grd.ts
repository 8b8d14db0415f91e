import { noInterception } from '../formulas/interception.js';
import { tightProduction } from '../formulas/production.js';
import { singleTransfer } from '../formulas/transfer.js';
import type { Structure } from '../structure.js';

export const grd: Structure = {
  title: 'GRD: a production and a transfer store, two parameters',
  source: 'Jay-Allemand et al. 2020',
  slots: { interception: noInterception, production: tightProduction, transfer: singleTransfer },
  evaporation: ['ei', 'es'],
  exchange: ['floored'],
  stores: { hp: 'cp', ht: 'ct' },
};
