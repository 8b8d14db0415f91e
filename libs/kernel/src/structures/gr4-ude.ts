import { correctFluxes } from '../flux-correction.js';
import type { Structure } from '../structure.js';
import { gr4_ode } from './gr4-ode.js';

export const gr4_ude: Structure = correctFluxes(gr4_ode, ['hp', 'ht', 'pn', 'en']);
