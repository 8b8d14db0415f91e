import { thresholdExchange } from '../formulas/exchange.js';
import { interception } from '../formulas/interception.js';
import { production } from '../formulas/production.js';
import { transfer } from '../formulas/transfer.js';
import type { Structure } from '../structure.js';

export const gr5: Structure = {
  title: 'GR5: GR4 with an exchange that changes sign at a threshold',
  source: 'Le Moine 2008; Ficchì et al. 2019',
  slots: { interception, production, exchange: thresholdExchange, transfer },
  evaporation: ['ei', 'es'],
  exchange: ['exchanged'],
  stores: { hi: 'ci', hp: 'cp', ht: 'ct' },
};
