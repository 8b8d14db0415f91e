import { correctFluxes } from '../flux-correction.js';
import type { Structure } from '../structure.js';
import { gr4 } from './gr4.js';

export const gr4_mlp: Structure = correctFluxes(gr4, ['hp', 'ht', 'pn', 'en']);
