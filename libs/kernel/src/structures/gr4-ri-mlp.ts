import { correctFluxes } from '../flux-correction.js';
import type { Structure } from '../structure.js';
import { gr4_ri } from './gr4-ri.js';

export const gr4_ri_mlp: Structure = correctFluxes(gr4_ri, ['hp', 'ht', 'pn', 'en']);
