import { type Variable, variable } from './variable.js';

/** States and parameters of vic3l; symbols, bounds and defaults are SMASH's. */
export const VIC_VARIABLES = {
  b: variable('b', 'parameter', '-', [1e-3, 0.8, 0.1], 'infiltration shape', 'Exponent of the curve of local capacities of VIC.'),
  cusl: variable('cusl', 'parameter', 'mm', [10, 500, 100], 'upper soil capacity', 'Capacity of the upper layer of VIC.'),
  cmsl: variable('cmsl', 'parameter', 'mm', [100, 2000, 500], 'middle soil capacity', 'Capacity of the middle layer of VIC.'),
  cbsl: variable('cbsl', 'parameter', 'mm', [100, 2000, 2000], 'bottom soil capacity', 'Capacity of the bottom layer of VIC.'),
  ks: variable('ks', 'parameter', 'mm/step', [1, 1e5, 20], 'saturated conductivity', 'Drainage of a full layer of VIC; scales with Δt.'),
  pbc: variable(
    'pbc',
    'parameter',
    '-',
    [1, 30, 10],
    'Brooks-Corey exponent',
    'Exponent by which drainage falls with the filling of a layer.',
  ),
  ds: variable('ds', 'parameter', '-', [1e-6, 0.999999, 1e-2], 'nonlinear baseflow share', 'Baseflow at the filling ws relative to dsm.'),
  dsm: variable('dsm', 'parameter', 'mm/step', [1e-3, 1e5, 10], 'largest baseflow', 'Baseflow of a full bottom layer; scales with Δt.'),
  ws: variable(
    'ws',
    'parameter',
    '-',
    [1e-6, 0.999999, 0.8],
    'nonlinear baseflow filling',
    'Filling of the bottom layer above which baseflow is quadratic.',
  ),
  hcl: variable('hcl', 'state', 'mm', [0, 1, 1e-2], 'canopy store', 'Water on the canopy of VIC, which holds 1 mm: also its filling.'),
  husl: variable('husl', 'state', '-', [0, 1, 1e-2], 'upper soil store', 'Filling relative to cusl.'),
  hmsl: variable('hmsl', 'state', '-', [0, 1, 1e-2], 'middle soil store', 'Filling relative to cmsl.'),
  hbsl: variable('hbsl', 'state', '-', [0, 1, 1e-6], 'bottom soil store', 'Filling relative to cbsl.'),
} as const satisfies Record<string, Variable>;
