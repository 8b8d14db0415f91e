import { correctFluxes } from '../flux-correction.js';
import type { Structure } from '../structure.js';
import { gr5_ri } from './gr5-ri.js';

export const gr5_ri_mlp: Structure = correctFluxes(gr5_ri, ['hp', 'ht', 'pn', 'en']);
