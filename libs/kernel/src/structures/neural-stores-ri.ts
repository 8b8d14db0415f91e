import { relativeIntensity } from '../formulas/neural-reservoir.js';
import type { Structure } from '../structure.js';
import { neural_stores } from './neural-stores.js';

export const neural_stores_ri: Structure = {
  ...neural_stores,
  title: 'Neural reservoirs that see the intensity of the rain',
  source: 'our reading of h(t) = h(t−1) + Σ ω ⊙ φ (PyNaR) and of its input P_ri: the gross rain of the step in mm per hour',
  slots: { ...neural_stores.slots, surface: relativeIntensity },
  network: { inputs: ['hp', 'ht', 'rain', 'en', 'supply', 'intensity'], outputs: ['zps', 'zes', 'zperc', 'zl', 'zin', 'zout'] },
};
