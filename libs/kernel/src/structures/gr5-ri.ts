import { thresholdExchange } from '../formulas/exchange.js';
import { interception } from '../formulas/interception.js';
import { intenseProduction, intenseTransfer } from '../formulas/rain-intensity.js';
import type { Structure } from '../structure.js';

export const gr5_ri: Structure = {
  title: 'GR5 with rain intensity: intense rain passes the production store and runs off directly',
  source: 'Astagneau et al. 2022; Le Moine 2008',
  slots: { interception, production: intenseProduction, exchange: thresholdExchange, transfer: intenseTransfer },
  evaporation: ['ei', 'es'],
  exchange: ['exchanged'],
  stores: { hi: 'ci', hp: 'cp', ht: 'ct' },
};
