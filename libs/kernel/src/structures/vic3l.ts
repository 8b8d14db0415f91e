import { vicCanopy } from '../formulas/vic-canopy.js';
import { vicGround } from '../formulas/vic-ground.js';
import { vicSoil } from '../formulas/vic-soil.js';
import type { Structure } from '../structure.js';

export const vic3l: Structure = {
  title: 'VIC with three layers: canopy, variable infiltration, drainage and ARNO baseflow',
  source: 'Liang et al. 1994; Colleoni et al. 2025 (SMASH)',
  slots: { interception: vicCanopy, production: vicSoil, transfer: vicGround },
  evaporation: ['ec', 'es'],
  exchange: [],
  stores: { hcl: 1, husl: 'cusl', hmsl: 'cmsl', hbsl: 'cbsl' },
};
