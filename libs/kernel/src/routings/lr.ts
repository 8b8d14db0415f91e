import { linearReservoir, linearReservoirHead } from '../formulas/linear-reservoir.js';
import type { Routing } from '../structure.js';

export const lr: Routing = {
  title: 'linear reservoir of each reach',
  source: 'SMASH (lr)',
  reach: linearReservoir,
  head: linearReservoirHead,
};
