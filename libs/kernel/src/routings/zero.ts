import { noRouting, noRoutingHead } from '../formulas/no-routing.js';
import type { Routing } from '../structure.js';

export const zero: Routing = {
  title: 'none: the discharge of a cell is its own runoff',
  source: 'for single columns and for looking at runoff',
  reach: noRouting,
  head: noRoutingHead,
};
