import { correctFluxes } from '../flux-correction.js';
import type { Structure } from '../structure.js';
import { gr6 } from './gr6.js';

export const gr6_mlp: Structure = correctFluxes(gr6, ['hp', 'ht', 'he', 'pn', 'en']);
