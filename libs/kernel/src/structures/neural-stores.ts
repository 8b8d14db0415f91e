import { interception } from '../formulas/interception.js';
import { neuralExchange, neuralProduction, neuralTransfer, relativeRain } from '../formulas/neural-reservoir.js';
import type { Structure } from '../structure.js';

export const neural_stores: Structure = {
  title: 'Neural reservoirs: a production and a transfer store whose fluxes a network gives',
  source: 'our reading of h(t) = h(t−1) + Σ ω ⊙ φ (PyNaR)',
  slots: { interception, surface: relativeRain, production: neuralProduction, exchange: neuralExchange, transfer: neuralTransfer },
  network: { inputs: ['hp', 'ht', 'rain', 'en', 'supply'], outputs: ['zps', 'zes', 'zperc', 'zl', 'zin', 'zout'] },
  evaporation: ['ei', 'es'],
  exchange: ['exchanged'],
  stores: { hi: 'ci', hp: 'cp', ht: 'ct' },
};
