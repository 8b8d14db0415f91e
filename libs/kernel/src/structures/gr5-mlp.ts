import { correctFluxes } from '../flux-correction.js';
import type { Structure } from '../structure.js';
import { gr5 } from './gr5.js';

export const gr5_mlp: Structure = correctFluxes(gr5, ['hp', 'ht', 'pn', 'en']);
