import { lag0 as lagless, lag0Head } from '../formulas/lag0.js';
import type { Routing } from '../structure.js';

export const lag0: Routing = {
  title: 'instantaneous: the sum of all runoff upstream',
  source: 'SMASH (lag-0)',
  reach: lagless,
  head: lag0Head,
};
