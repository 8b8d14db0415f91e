import { triangularWeighting, triangularWeightingHead } from '../formulas/triangular-weighting.js';
import type { Routing } from '../structure.js';

export const maxbas: Routing = {
  title: 'triangular weighting of each cell, then instantaneous',
  source: 'Seibert and Vis 2012 (MAXBAS)',
  reach: triangularWeighting,
  head: triangularWeightingHead,
};
