import { correctFluxes } from '../flux-correction.js';
import { hbvFillings } from '../formulas/hbv-correction.js';
import type { Structure } from '../structure.js';
import { hbv } from './hbv.js';

const shared: Structure = { ...hbv, slots: { ...hbv.slots, surface: hbvFillings } };

export const hbv_mlp: Structure = correctFluxes(shared, ['wetness', 'upperShare', 'lowerShare', 'insoil', 'E']);
