import { interception } from '../formulas/interception.js';
import { neuralProduction, neuralTransfer } from '../formulas/neural-reservoir.js';
import type { Structure } from '../structure.js';

export const neural_stores: Structure = {
  title: 'Neural reservoirs: a production and a transfer store whose fluxes a network gives',
  source: 'our reading of h(t) = h(t−1) + Σ ω ⊙ φ (PyNaR)',
  slots: { interception, production: neuralProduction, transfer: neuralTransfer },
  network: { inputs: ['hp', 'ht', 'pn', 'en'], outputs: ['zps', 'zes', 'zperc', 'zin', 'zout'] },
  evaporation: ['ei', 'es'],
  exchange: [],
  stores: { hi: 'ci', hp: 'cp', ht: 'ct' },
};
