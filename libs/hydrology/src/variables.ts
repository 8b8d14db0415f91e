export type VariableKind = 'forcing' | 'state' | 'parameter' | 'flux' | 'observation';

/** One line of the register of variables: what a symbol of the papers means, in which unit and range. */
export interface Variable {
  readonly id: string;
  readonly symbol: string;
  readonly name: string;
  readonly unit: string;
  readonly kind: VariableKind;
  /** Feasible range; also the calibration bounds of a parameter or state. */
  readonly min: number;
  readonly max: number;
  readonly default: number;
  readonly doc: string;
}

const variable = (
  id: string,
  kind: VariableKind,
  unit: string,
  [min, max, initial]: readonly [number, number, number],
  name: string,
  doc: string,
): Variable => Object.freeze({ id, symbol: id, kind, unit, min, max, default: initial, name, doc });

/** The register. Symbols are those of GR and SMASH, verbatim; bounds and defaults are SMASH's calibration bounds. */
export const VARIABLES = {
  P: variable('P', 'forcing', 'mm/step', [0, 300, 0], 'rain depth', 'Depth that fell in the step on the cell; negative means missing.'),
  E: variable(
    'E',
    'forcing',
    'mm/step',
    [0, 20, 0],
    'potential evapotranspiration',
    'Atmospheric demand of the step; negative means missing.',
  ),
  ci: variable(
    'ci',
    'parameter',
    'mm',
    [1e-6, 100, 1e-6],
    'interception capacity',
    'Found from rain and PET of a period, then frozen; never calibrated.',
  ),
  cp: variable('cp', 'parameter', 'mm', [1e-6, 1000, 200], 'production capacity', 'Capacity of the production store.'),
  ct: variable('ct', 'parameter', 'mm', [1e-6, 1000, 500], 'transfer capacity', 'Capacity of the transfer store; scales with Δt^(−1/4).'),
  kexc: variable(
    'kexc',
    'parameter',
    'mm/step',
    [-50, 50, 0],
    'exchange coefficient',
    'Non-conservative exchange with the underground; scales with Δt^(1/8), where it has a threshold with Δt^(3/4).',
  ),
  cl: variable(
    'cl',
    'parameter',
    'mm',
    [1e-6, 1000, 500],
    'slow transfer capacity',
    'Capacity of the second transfer store of GRC; scales as ct.',
  ),
  be: variable(
    'be',
    'parameter',
    'mm',
    [1e-3, 20, 10],
    'exponential store scale',
    'Depth over which the exponential store of GR6 changes its outflow e-fold.',
  ),
  aexc: variable(
    'aexc',
    'parameter',
    '-',
    [1e-6, 0.999999, 0.1],
    'exchange threshold',
    'Filling of the transfer store at which the exchange of GR5 and GR6 changes sign; scales with Δt^(1/4).',
  ),
  alpha1: variable(
    'alpha1',
    'parameter',
    'step/mm',
    [1e-6, 5e-4, 3e-4],
    'intensity by-pass',
    'Share 1 − exp(−alpha1·pn) of net rain that passes the production store; scales with 1/Δt.',
  ),
  alpha2: variable(
    'alpha2',
    'parameter',
    'step/mm',
    [1e-5, 1e-3, 1e-3],
    'intensity split',
    'Share 0.1 + 0.9·tanh²(alpha2·pn) of the supply that runs off directly; scales with 1/Δt.',
  ),
  ca: variable('ca', 'parameter', 'mm', [1e-6, 1000, 200], 'production capacity', 'Capacity of the production store of Loieau.'),
  cc: variable(
    'cc',
    'parameter',
    'mm',
    [1e-6, 1000, 500],
    'transfer capacity',
    'Capacity of the transfer store of Loieau, whose exponent is 4; scales with Δt^(−1/3).',
  ),
  kb: variable('kb', 'parameter', '-', [1e-6, 4, 1], 'runoff factor', 'Multiplies the runoff of Loieau: what passes the gauge unseen.'),
  imperviousness: variable(
    'imperviousness',
    'parameter',
    '-',
    [0, 1, 0],
    'impervious share',
    'Share of the cell that is sealed; its net rain runs off directly. A descriptor, never calibrated.',
  ),
  llr: variable('llr', 'parameter', 'min', [1e-6, 1000, 5], 'linear routing lag', 'Lag of the linear reservoir of a reach.'),
  akw: variable('akw', 'parameter', '-', [1e-3, 50, 5], 'kinematic wave coefficient', 'A = akw·Q^bkw.'),
  bkw: variable('bkw', 'parameter', '-', [1e-3, 1, 0.6], 'kinematic wave exponent', 'A = akw·Q^bkw.'),
  hi: variable('hi', 'state', '-', [1e-6, 0.999999, 1e-2], 'interception store', 'Filling relative to ci.'),
  hp: variable('hp', 'state', '-', [1e-6, 0.999999, 1e-2], 'production store', 'Filling relative to cp.'),
  ht: variable('ht', 'state', '-', [1e-6, 0.999999, 1e-2], 'transfer store', 'Filling relative to ct.'),
  hl: variable('hl', 'state', '-', [1e-6, 0.999999, 1e-2], 'slow transfer store', 'Filling relative to cl.'),
  he: variable('he', 'state', 'mm', [-1000, 0, -100], 'exponential store', 'Water of the exponential store of GR6; may be negative.'),
  ha: variable('ha', 'state', '-', [1e-6, 0.999999, 1e-2], 'production store', 'Filling relative to ca.'),
  hc: variable('hc', 'state', '-', [1e-6, 0.999999, 1e-2], 'transfer store', 'Filling relative to cc.'),
  hlr: variable('hlr', 'state', 'mm', [1e-6, 1000, 1e-6], 'linear routing store', 'Water in the reach, as depth over the upstream area.'),
  q: variable(
    'q',
    'state',
    'm³/s',
    [0, 1e6, 0],
    'channel discharge',
    'Discharge of the cell at the end of the last step (kinematic wave).',
  ),
  qtl: variable(
    'qtl',
    'state',
    'm³/s',
    [-1e6, 1e6, 0],
    'last runoff',
    'Elemental discharge of the cell in the last step (kinematic wave).',
  ),
  qt: variable('qt', 'flux', 'mm/step', [-1e6, 1e6, 0], 'elemental discharge', 'Runoff of the cell before routing.'),
  Q: variable('Q', 'observation', 'm³/s', [0, 1e6, 0], 'discharge', 'River discharge at a station.'),
  H: variable('H', 'observation', 'm', [-100, 100, 0], 'stage', 'Water level at a station above its datum.'),
} as const satisfies Record<string, Variable>;

export type VariableId = keyof typeof VARIABLES;
