import { correctFluxes } from '../flux-correction.js';
import type { Structure } from '../structure.js';
import { loieau } from './loieau.js';

export const loieau_mlp: Structure = correctFluxes(loieau, ['ha', 'hc', 'pn', 'en']);
