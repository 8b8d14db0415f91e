import { kinematicWave, kinematicWaveHead } from '../formulas/kinematic-wave.js';
import type { Routing } from '../structure.js';

export const kw: Routing = {
  title: 'kinematic wave, linearised, implicit and upwind',
  source: 'Chow et al. 1988, eq. 9.6.7',
  reach: kinematicWave,
  head: kinematicWaveHead,
};
