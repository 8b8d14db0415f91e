import { correctFluxes } from '../flux-correction.js';
import type { Structure } from '../structure.js';
import { grd } from './grd.js';

export const grd_mlp: Structure = correctFluxes(grd, ['hp', 'ht', 'pn', 'en']);
