import { type Variable, variable } from './variable.js';

/** Steps that runoff can wait in the delay line of a cell (routing maxbas), beside the one in which it comes. */
const DELAY_STEPS = [1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12, 13, 14, 15, 16, 17, 18, 19, 20, 21, 22, 23] as const;
type DelayId = `uh${(typeof DELAY_STEPS)[number]}`;

const delayLine = (): Record<DelayId, Variable> => {
  const entries = DELAY_STEPS.map(steps => {
    const doc = `Runoff that leaves the cell ${steps} step(s) from now (routing maxbas).`;
    return [`uh${steps}`, variable(`uh${steps}`, 'state', 'm³/s', [-1e6, 1e6, 0], `delayed runoff, ${steps}`, doc)];
  });
  return Object.fromEntries(entries) as Record<DelayId, Variable>;
};

/**
 * States and parameters of hbv. Symbols, units and meanings are those of HBV-light (Seibert & Vis 2012), so rates are by day whatever the
 * step; bounds are the ranges in which HBV-light is usually calibrated, defaults lie inside them.
 */
export const HBV_VARIABLES = {
  TT: variable(
    'TT',
    'parameter',
    '°C',
    [-2.5, 2.5, 0],
    'threshold temperature',
    'Below it precipitation is snow and water in the pack freezes.',
  ),
  CFMAX: variable('CFMAX', 'parameter', 'mm/°C/d', [0.5, 10, 3], 'degree-day factor', 'Melt of a day for each degree above TT.'),
  SFCF: variable(
    'SFCF',
    'parameter',
    '-',
    [0.4, 1.6, 1],
    'snowfall correction',
    'Snow that lies for each millimetre of snow that was measured.',
  ),
  CFR: variable('CFR', 'parameter', '-', [0, 0.1, 0.05], 'refreezing coefficient', 'Freezing for each degree below TT relative to CFMAX.'),
  CWH: variable(
    'CWH',
    'parameter',
    '-',
    [0, 0.2, 0.1],
    'water holding capacity',
    'Liquid water that the pack holds for each millimetre of ice.',
  ),
  FC: variable('FC', 'parameter', 'mm', [50, 550, 200], 'field capacity', 'Most water that the soil of HBV holds.'),
  LP: variable(
    'LP',
    'parameter',
    '-',
    [0.3, 1, 0.7],
    'evaporation limit',
    'Filling of the soil above which it evaporates at the potential rate.',
  ),
  BETA: variable(
    'BETA',
    'parameter',
    '-',
    [1, 6, 2],
    'recharge exponent',
    'Exponent by which the share of rain that recharges grows with the soil.',
  ),
  PERC: variable('PERC', 'parameter', 'mm/d', [0, 4, 1], 'percolation', 'Largest percolation from the upper to the lower box.'),
  UZL: variable('UZL', 'parameter', 'mm', [0, 100, 20], 'quick outflow threshold', 'Water in the upper box above which it drains by K0.'),
  K0: variable(
    'K0',
    'parameter',
    '1/d',
    [0.05, 0.5, 0.2],
    'quick recession',
    'Share of the water above UZL that leaves the upper box in a day.',
  ),
  K1: variable('K1', 'parameter', '1/d', [0.01, 0.4, 0.1], 'interflow recession', 'Share of the upper box that leaves it in a day.'),
  K2: variable('K2', 'parameter', '1/d', [1e-3, 0.15, 0.05], 'baseflow recession', 'Share of the lower box that leaves it in a day.'),
  MAXBAS: variable(
    'MAXBAS',
    'parameter',
    'd',
    [0.01, 7, 1],
    'base of the triangle',
    'Time over which the runoff of a step leaves (routing maxbas); cut to 24 steps.',
  ),
  SP: variable('SP', 'state', 'mm', [0, 2000, 0], 'snow pack', 'Ice of the snow pack of HBV, as water.'),
  WC: variable('WC', 'state', 'mm', [0, 500, 0], 'liquid water in snow', 'Water that the snow pack of HBV holds.'),
  SM: variable('SM', 'state', 'mm', [0, 550, 100], 'soil moisture', 'Water in the soil of HBV, at most FC.'),
  SUZ: variable('SUZ', 'state', 'mm', [0, 1000, 0], 'upper box', 'Water in the upper groundwater box of HBV.'),
  SLZ: variable('SLZ', 'state', 'mm', [0, 2000, 10], 'lower box', 'Water in the lower groundwater box of HBV.'),
  ...delayLine(),
} as const satisfies Record<string, Variable>;
