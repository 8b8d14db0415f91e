import { thresholdExchange } from '../formulas/exchange.js';
import { interception } from '../formulas/interception.js';
import { production } from '../formulas/production.js';
import { exponentialTransfer } from '../formulas/transfer.js';
import type { Structure } from '../structure.js';

export const gr6: Structure = {
  title: 'GR6: GR5 with an exponential store beside the power store',
  source: 'Pushpalatha et al. 2011; Ficchì et al. 2019',
  slots: { interception, production, exchange: thresholdExchange, transfer: exponentialTransfer },
  evaporation: ['ei', 'es'],
  exchange: ['exchanged'],
  stores: { hi: 'ci', hp: 'cp', ht: 'ct', he: 1 },
};
