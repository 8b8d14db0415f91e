import { correctFluxes } from '../flux-correction.js';
import type { Structure } from '../structure.js';
import { grc } from './grc.js';

export const grc_mlp: Structure = correctFluxes(grc, ['hp', 'ht', 'hl', 'pn', 'en']);
