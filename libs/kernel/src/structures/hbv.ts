import { hbvResponse } from '../formulas/hbv-response.js';
import { hbvSnow } from '../formulas/hbv-snow.js';
import { hbvSoil } from '../formulas/hbv-soil.js';
import type { Structure } from '../structure.js';

export const hbv: Structure = {
  title: 'HBV-light: degree-day snow with refreezing, beta soil routine, two boxes; its MAXBAS is the routing maxbas',
  source: 'Seibert and Vis 2012; Bergström 1992',
  slots: { snow: hbvSnow, production: hbvSoil, transfer: hbvResponse },
  evaporation: ['ea'],
  exchange: [],
  stores: { SP: 1, WC: 1, SM: 1, SUZ: 1, SLZ: 1 },
};
